/** What the intake is told: where files are, when one may be taken, and who is to be told what. */
import type { Selection, Source, SourceFile } from '../../stores/contract.ts';
import type { Backlog } from '../shared/backlog.ts';
import type { UploadEvent } from '../shared/events.ts';
import type { Notices } from './bucket-notices.ts';
import type { ReadinessOptions } from './readiness.ts';
import type { WalkWitness } from './walk-witness.ts';

export interface IntakeOptions extends ReadinessOptions {
  readonly source: Source;
  readonly selection: Selection;
  /** Milliseconds between two walks. */
  readonly scanInterval: number;
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** True when there is nothing to do for this look of the file: it was sent so. `inWalk`: the walk came by. */
  readonly known: (file: SourceFile, inWalk: boolean) => boolean;
  /** False while enough files were offered and are not done: the walk waits. Asked again after each `done`. */
  readonly hasRoom: () => boolean;
  /** A file that may be taken now. `done` is to be called when it needs no more attention. */
  readonly offer: (file: SourceFile) => void;
  /** A file that cannot be sent, for good. */
  readonly refuse: (path: string, reason: string) => void;
  /** A name that was refused, and that a walk of the whole source does not meet any more. */
  readonly settled: (path: string) => void;
  /** A path that was to be looked at, and no file stands there. */
  readonly vanished: (path: string) => void;
  /** Milliseconds so far for which the source has been waited for, as far as it is not what a walk takes. */
  readonly waited?: () => number;
  /** A walk begins. */
  readonly begins?: () => void;
  /** A walk has gone through the whole source. */
  readonly walked: () => void;
  /** Who else tells of changes, beside the source's own watch. */
  readonly notices?: Notices | undefined;
  /** Told what each walk meets. */
  readonly witness?: WalkWitness | undefined;
  /** Paths that wait to be looked at, or are offered and not done, at the most: of more the next walk tells, which waits for room. */
  readonly noticedLimit?: number;
  /** Told of files as they are found, and when they need no more attention. */
  readonly backlog?: Pick<Backlog, 'found' | 'settled' | 'isHeldUp'> | undefined;
  readonly onEvent: (event: UploadEvent) => void;
}
