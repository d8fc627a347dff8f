/**
 * Which files are to be read though they look as they were sent: with `--compare digest` all that the first walk of a run comes by, each once. Behind
 * that walk a look says which were touched. Pure.
 */
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { Compare } from '../shared/options.ts';

export class DueFiles {
  readonly #hasWalked: (path: string) => boolean;
  /** Seen by the walk and not taken yet; no more than the walk goes ahead of what is taken. */
  readonly #due = new Set<string>();
  #isFirstWalk: boolean;

  /** `hasWalked`: true where a walk has come by all already, though it could not be ended elsewhere. */
  constructor(compare: Compare, hasWalked: (path: string) => boolean = () => false) {
    this.#isFirstWalk = compare === 'digest';
    this.#hasWalked = hasWalked;
  }

  /** The walk comes by. */
  note({ path, size }: SourceFile, remembered: FileState | undefined): void {
    if (!this.#isFirstWalk || remembered?.state !== 'sent' || remembered.kind !== undefined) return;
    if (remembered.fingerprint.size !== size) return;
    if (!this.#hasWalked(path)) this.#due.add(path);
  }

  has(path: string): boolean {
    return this.#due.has(path);
  }

  /** It is taken now, or gone. */
  forget(path: string): void {
    this.#due.delete(path);
  }

  walked(): void {
    this.#isFirstWalk = false;
  }
}
