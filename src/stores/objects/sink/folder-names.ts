/**
 * Which names a store is known not to have, so that a tree of new files costs a listing for each folder and not a look at each file. Only a
 * name that is written on the condition that nothing stands there may go by it: by then somebody else may have written it.
 */

import { isAway } from '../../store-fault.ts';

/** The keys right in a folder, whose own key ends with a slash; undefined when they are too many for one answer. */
export type ListFolder = (folder: string) => Promise<ReadonlySet<string> | undefined>;

interface Folder {
  /** Of its names these may stand; undefined before it was listed, and where that says nothing. */
  names: Set<string> | undefined;
  isListed: boolean;
  /** What came to stand while it was listed. */
  late: string[];
  listing: Promise<void> | undefined;
}

/** Names that are kept, over all folders, and folders. */
const mostNames = 100_000;
const mostFolders = 10_000;

export class FolderNames {
  readonly #list: ListFolder;
  /** The one that was asked about last is the last one. */
  readonly #folders = new Map<string, Folder>();
  #kept = 0;

  constructor(list: ListFolder) {
    this.#list = list;
  }

  /** True when nothing stood under the key when its folder was listed. The first key of a folder is none that a listing pays for. */
  async isAbsent(key: string): Promise<boolean> {
    const path = folderOf(key);
    const known = this.#folders.get(path);
    if (known === undefined) {
      this.#keep(path, { names: undefined, isListed: false, late: [], listing: undefined });
      return false;
    }
    this.#keep(path, known);
    if (!known.isListed) {
      known.listing ??= this.#listFolder(path, known).finally(() => {
        known.listing = undefined;
      });
      await known.listing;
    }
    return known.names !== undefined && !known.names.has(key);
  }

  /** Something stands there, or may. */
  mayStand(key: string): void {
    const { names, listing, late } = this.#folders.get(folderOf(key)) ?? {};
    if (names === undefined && listing !== undefined) late?.push(key);
    if (names === undefined || names.has(key)) return;
    names.add(key);
    this.#kept += 1;
    this.#shrink();
  }

  async #listFolder(path: string, folder: Folder): Promise<void> {
    folder.late = [];
    const names = await this.#list(path).catch(unlessAway);
    folder.isListed = true;
    if (names === undefined || this.#folders.get(path) !== folder) return;
    folder.names = new Set([...names, ...folder.late]);
    this.#kept += folder.names.size;
    this.#shrink();
  }

  #keep(path: string, folder: Folder): void {
    this.#folders.delete(path);
    this.#folders.set(path, folder);
    this.#shrink();
  }

  #shrink(): void {
    while (this.#kept > mostNames || this.#folders.size > mostFolders) {
      const [path, { names }] = this.#folders.entries().next().value!;
      this.#folders.delete(path);
      this.#kept -= names?.size ?? 0;
    }
  }
}

/** Who may not list looks at each. */
function unlessAway(error: unknown): undefined {
  if (isAway(error)) throw error;
  return undefined;
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}
