/** What `T.state` tells of many files, in as few bytes as {@link FileStates} needs; what is odd (encrypted names) as it is. */
import type { FileState } from '../../records/state-record.ts';
import { FileStates } from './file-states.ts';

export interface StateEntry {
  readonly uploader: string;
  readonly path: string;
  readonly state: FileState;
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
  /** Its name is encrypted, and stands there as a hash, for no key at hand opens it; nor is told what else is hidden. */
  readonly isLocked?: boolean;
  /** All of it was encrypted, and is opened. */
  readonly isShown?: boolean;
}

export class StateEntries {
  readonly #states = new FileStates();
  readonly #written = new Map<string, number>();
  readonly #odd = new Map<string, StateEntry>();

  get(uploader: string, path: string): StateEntry | undefined {
    const key = `${uploader}/${path}`;
    const state = this.#states.get(key);
    return state === undefined ? this.#odd.get(key) : this.#entry(key, state);
  }

  set(entry: StateEntry): void {
    const { uploader, path, state, at } = entry;
    const key = `${uploader}/${path}`;
    this.delete(uploader, path);
    if (state.hidden !== undefined || entry.isLocked || entry.isShown) {
      this.#odd.set(key, entry);
      return;
    }
    this.#states.set(key, state);
    this.#written.set(key, at);
  }

  delete(uploader: string, path: string): void {
    const key = `${uploader}/${path}`;
    this.#odd.delete(key);
    this.#states.delete(key);
    this.#written.delete(key);
  }

  /** Made while they are asked for. */
  *[Symbol.iterator](): Generator<StateEntry> {
    for (const [key, state] of this.#states) yield this.#entry(key, state);
    yield* this.#odd.values();
  }

  /** Those whose names are encrypted, as they are now. */
  get hidden(): StateEntry[] {
    return [...this.#odd.values()].filter(({ state }) => state.hidden !== undefined);
  }

  #entry(key: string, state: FileState): StateEntry {
    const slash = key.indexOf('/');
    const at = this.#written.get(key) ?? 0;
    return { uploader: key.slice(0, slash), path: key.slice(slash + 1), state, at };
  }
}
