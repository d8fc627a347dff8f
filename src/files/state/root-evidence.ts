/**
 * Whether what stands at the root of a source is what was sent from, though it is another folder than that was: where a walk under that
 * very root has come by half of the files that are remembered, and of several sources by half of those of each. One may be a file that was
 * put below a mount point while its disk was away, and sent since.
 */
import type { Source } from '../../stores/contract.ts';
import type { UploadState } from './upload-state.ts';

/** What a walk has come by. */
interface Seen {
  readonly root: Promise<string | undefined>;
  /** Files that were remembered, by source: '' where there is one. */
  readonly files: Map<string, number>;
}

export class RootEvidence {
  readonly #source: Source;
  readonly #state: UploadState;
  /** The last walk, and the one before it: another one may have begun when the last one is thought about. */
  #walks: Seen[] = [];

  constructor(source: Source, state: UploadState) {
    this.#source = source;
    this.#state = state;
  }

  /** A walk begins: what was found before may have been somewhere else. */
  begins(): void {
    // Nothing that is remembered: there is nothing to think about, and a store charges for the question.
    const root = this.#state.size === 0 ? Promise.resolve(undefined) : this.#source.rootId();
    root.catch(() => {});
    this.#walks = [{ root, files: new Map() }, ...this.#walks.slice(0, 1)];
  }

  /** The walk has come by a file that is remembered. */
  found(path: string): void {
    const [walk] = this.#walks;
    const part = this.#partOf(path);
    if (part !== undefined) walk?.files.set(part, (walk.files.get(part) ?? 0) + 1);
  }

  /** True when one of the last walks speaks for this root. */
  async speaksFor(root: string): Promise<boolean> {
    const remembered = this.#remembered();
    for (const { root: of, files } of this.#walks) {
      const isHalf = [...remembered].every(([part, count]) => 2 * (files.get(part) ?? 0) >= count);
      if (files.size > 0 && isHalf && (await of) === root) return true;
    }
    return false;
  }

  #remembered(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const path of this.#state.paths) {
      const part = this.#partOf(path);
      if (part !== undefined && this.#state.get(path)?.state !== 'aborted')
        counts.set(part, (counts.get(part) ?? 0) + 1);
    }
    return counts;
  }

  /** Undefined for a path of none of several sources. */
  #partOf(path: string): string | undefined {
    const { parts } = this.#source;
    if (parts === undefined) return '';
    const slash = path.indexOf('/');
    const part = slash === -1 ? path : path.slice(0, slash);
    return parts.includes(part) ? part : undefined;
  }
}
