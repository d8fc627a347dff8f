/**
 * What happens in one run of the crash tester: data alone, made from a seed (`make-plan.ts`), printed when it fails, replayed, and made
 * shorter by leaving steps out. Every step may stand anywhere: where there is nothing to do for it, nothing is done.
 */
import type { CrashPoint } from '../../src/crash-points.ts';

/** Bytes that a seed and a size give: `noise` compresses to nothing, `text` well, `zeros` become holes at the sink. */
export interface Content {
  readonly seed: number;
  readonly size: number;
  readonly kind: 'noise' | 'text' | 'zeros';
}

/** What somebody does at the source. Paths are relative, with `/`; shares are of the size that the file has then. */
export type SourceStep =
  /** Written in place, in so many pieces. */
  | { readonly do: 'write'; readonly path: string; readonly content: Content; readonly pieces: number }
  /** Written elsewhere, and renamed over what is there. */
  | { readonly do: 'replace'; readonly path: string; readonly content: Content }
  | { readonly do: 'append'; readonly path: string; readonly content: Content }
  /** Other bytes in place, the size as it was. */
  | { readonly do: 'edit'; readonly path: string; readonly at: number; readonly content: Content }
  | { readonly do: 'truncate'; readonly path: string; readonly to: number }
  /** Written behind a hole of so many bytes at the end. */
  | { readonly do: 'sparse'; readonly path: string; readonly hole: number; readonly content: Content }
  /** A file beside the path, with a name that is not UTF-8. */
  | { readonly do: 'misname'; readonly path: string }
  /** A file, or a folder with all that is in it. */
  | { readonly do: 'rename'; readonly path: string; readonly to: string }
  | { readonly do: 'remove'; readonly path: string }
  /** Seconds since 1970. */
  | { readonly do: 'touch'; readonly path: string; readonly seconds: number }
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number };

export type Who = 'uploader' | 'downloader';

/** Kills itself when it comes to a point for the so manieth time, the first being 1. */
export interface Fatal {
  readonly point: CrashPoint;
  readonly count: number;
}

export type ProcessStep =
  | { readonly do: 'start'; readonly who: Who; readonly once: boolean; readonly fatal?: Fatal }
  | {
      readonly do: 'signal';
      readonly who: Who;
      readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT';
    }
  /** Until the process has told of so many files more, is over, or milliseconds have gone by. */
  | { readonly do: 'wait'; readonly who: Who; readonly files: number; readonly most: number };

export type NetworkFault = 'cut' | 'half-open' | 'refuse' | 'slow' | 'late' | 'slices' | 'resets' | 'heal';

/** What happens to the way between a process and the broker, or to the broker. */
export type ClusterStep =
  | { readonly do: 'network'; readonly who: Who; readonly fault: NetworkFault }
  | { readonly do: 'kill-broker' }
  /** `TOPIC.state` is deleted; the uploader is killed before. */
  | { readonly do: 'forget-state' }
  | { readonly do: 'stop-broker'; readonly milliseconds: number };

/** What somebody does to the sink. The downloader is killed before, unless the step says otherwise. */
export type SinkStep =
  /** `cp -a` to another place, and on from there. */
  | { readonly do: 'copy-sink' }
  /** `cp -a` for later; `live`: while the downloader runs. */
  | { readonly do: 'save-sink'; readonly live: boolean }
  | { readonly do: 'restore-sink' }
  /** `.sluice` is removed; `live`: while the downloader runs. */
  | { readonly do: 'forget-sink'; readonly live: boolean }
  /** The offsets of the downloader's group are deleted. */
  | { readonly do: 'forget-group' }
  | { readonly do: 'mend-target' };

export type Step = SourceStep | ProcessStep | ClusterStep | SinkStep;

/** What the sink's disk is, or has. */
export type TargetKind =
  | 'plain'
  | 'tmpfs'
  | 'ext4'
  | 'xfs'
  | 'btrfs'
  | 'ntfs'
  /** Full until it is mended. */
  | 'small'
  /** Out of inodes until it is mended. */
  | 'few-inodes'
  /** Calls that it refuses for good: {@link Plan.refuses}. */
  | 'refusing'
  /** Folders of another owner, a folder where a file belongs, a folder that is a link to somewhere else: until it is mended. */
  | 'foreign'
  | 'occupied'
  | 'linked';

export interface Plan {
  readonly seed: number;
  readonly target: TargetKind;
  /** Calls that a `refusing` target refuses. */
  readonly refuses: readonly ('chmod' | 'times' | 'fsync' | 'fsync-folder')[];
  /** Paths, relative to the uploader's folder at the sink, that a broken target keeps from being written. */
  readonly barred: readonly string[];
  /** The target is mended before the end; otherwise what it bars has to be named. */
  readonly isMended: boolean;
  /** The processes run as a user without rights. */
  readonly asNobody: boolean;
  readonly uploaderFlags: readonly string[];
  readonly downloaderFlags: readonly string[];
  /** In the end both processes run on until all has arrived, before each runs once. */
  readonly isWatched: boolean;
  /** Both ends run once more when all has arrived, and are to find nothing to do. */
  readonly isRepeated: boolean;
  /** How the processes that run at the end of the steps are ended. */
  readonly last: 'SIGKILL' | 'SIGTERM';
  readonly steps: readonly Step[];
}

/** A plan for people: its head, then a step a line. */
export function planText({ steps, ...head }: Plan): string {
  const lines = steps.map((step, index) => `  ${String(index + 1).padStart(2)}  ${stepText(step)}`);
  return [JSON.stringify(head), ...lines].join('\n');
}

function stepText({ do: what, ...facts }: Step): string {
  const words = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [what, ...words].join(' ');
}
