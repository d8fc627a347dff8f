/** Under which names an uploader's files are remembered on `T.state`: their own, or hashes of them beside which they are hidden. */
import type { NewRecord } from '../../kafka/contract.ts';
import { hideState, showState } from '../../records/hidden-state.ts';
import type { NamesKey } from '../../records/names-key.ts';
import { encodeFileState, type FileState } from '../../records/state-record.ts';

/** A path of the source, and what is remembered of it; `null`: nothing any more. */
interface Remembered {
  readonly path: string;
  readonly state: FileState | null;
}

export class StateNames {
  readonly #uploader: string;
  readonly #names: NamesKey | undefined;
  /** Hash -> path, of what was read. */
  readonly #paths = new Map<string, string>();
  /** Paths that stand there in clear, from before names were encrypted. */
  readonly #clear = new Set<string>();

  constructor(uploader: string, names: NamesKey | undefined) {
    this.#uploader = uploader;
    this.#names = names;
  }

  /** The records that say it. */
  encode(path: string, state: FileState | null): NewRecord[] {
    const [uploader, names] = [this.#uploader, this.#names];
    if (names === undefined) return [encodeFileState(uploader, path, state)];
    const before = this.#clear.delete(path) ? [encodeFileState(uploader, path, null)] : [];
    if (state === null) return [...before, encodeFileState(uploader, names.pathOf(uploader, path), null)];
    const hidden = hideState(names, uploader, { path, state });
    return [...before, encodeFileState(uploader, hidden.path, hidden.state)];
  }

  /** What a record says. Undefined where another key hid it: then it is no file that this uploader knows. */
  read(path: string, state: FileState | null): Remembered | undefined {
    const [uploader, names] = [this.#uploader, this.#names];
    if (names === undefined) return state?.hidden === undefined ? { path, state } : undefined;
    if (state === null) {
      this.#clear.delete(path);
      return { path: this.#paths.get(path) ?? path, state };
    }
    if (state.hidden === undefined) {
      this.#clear.add(path);
      return { path, state };
    }
    const shown = showState(names, uploader, { path, state });
    if (shown !== undefined) this.#paths.set(path, shown.path);
    return shown;
  }

  /** All was read. */
  hasRead(): void {
    this.#paths.clear();
  }
}
