/** Making the folders on the way to a final name, without ever walking through a symbolic link. */
import { join } from 'node:path';
import { crashPoint } from '../../crash-points.ts';
import type { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import type { InPlace } from './in-place.ts';
import type { Refusals } from './refusals.ts';
import type { Way } from './way.ts';

/** Folders known to be real; beyond so many the oldest are looked at again. */
const limit = 10_000;

export interface FoldersOptions {
  readonly root: string;
  readonly way: Way;
  readonly calls: DiskCalls;
  readonly refusals: Refusals;
  /** A folder was made, that did not stand there. */
  readonly made?: (folder: string) => Promise<void> | void;
  /** Gives those that are made their owner. Default: they are whose they are. */
  readonly attributes?: Pick<GiveAttributes, 'giveMade'>;
}

export class Folders {
  readonly #root: string;
  readonly #way: Way;
  readonly #calls: DiskCalls;
  readonly #refusals: Refusals;
  readonly #onMade: (folder: string) => Promise<void> | void;
  readonly #attributes: FoldersOptions['attributes'];
  readonly #known = new Set<string>();
  /** Folders that this process made: nothing stands in them that it does not know of. */
  readonly #made = new Set<string>();
  readonly #making = new Map<string, Promise<void>>();
  /** Folders whose entries changed since they were last made durable. */
  readonly #changed = new Set<string>();
  /** Folder -> those in it that were made, or found, since it was last made durable. */
  readonly #unsettled = new Map<string, Set<string>>();

  constructor({ root, way, calls, refusals, made = () => {}, attributes }: FoldersOptions) {
    this.#attributes = attributes;
    this.#onMade = made;
    this.#root = root;
    this.#way = way;
    this.#calls = calls;
    this.#refusals = refusals;
  }

  /**
   * Makes the folder that `target` belongs into. Throws with code ELOOP at a symbolic link, ENOTDIR at a file. What is put there
   * has to be told by {@link touch} once it is there.
   */
  async prepare(target: string): Promise<void> {
    const parent = folderOf(target);
    if (parent === '' || this.#known.has(parent)) return;
    let folder = '';
    for (const segment of parent.split('/')) {
      const above = folder;
      folder = folder === '' ? segment : `${folder}/${segment}`;
      if (!this.#known.has(folder)) await this.#make(folder, above);
    }
  }

  /** An entry of the folder has changed: {@link sync} makes that durable. Relative to the root. Not before it has. */
  touch(folder: string): void {
    this.#changed.add(folder);
  }

  /** The same for all folders on the way to `target`: whether who made them made them durable, nobody knows. */
  touchWay(target: string): void {
    for (let slash = target.lastIndexOf('/'); slash > 0; slash = target.lastIndexOf('/', slash - 1))
      this.#changed.add(target.slice(0, slash));
    this.#changed.add('');
  }

  /** True when the folder of `target` was made by this process. */
  madeFolderOf(target: string): boolean {
    return this.#made.has(target.slice(0, target.lastIndexOf('/')));
  }

  /** Runs work on the entries of the folder that `target` belongs into, never through a link: see {@link Way.within}. */
  within<T>(target: string, work: (path: string) => Promise<T>, since?: number): Promise<T> {
    return this.#way.within(folderOf(target), work, since);
  }

  /** By which path names in a folder are reached at once; undefined where {@link prepare} or {@link within} have to be asked. */
  openPathOf(calls: InPlace, folder: string, since: number): string | undefined {
    return folder === '' || this.#known.has(folder) ? this.#way.openPathOf(calls, folder, since) : undefined;
  }

  /** What people call a folder. */
  pathOf(folder: string): string {
    return join(this.#root, folder);
  }

  /** What to give {@link within} for work that begins now. */
  get looks(): number {
    return this.#way.looks;
  }

  /** Forget what is known: somebody removed a folder behind our back. */
  forget(): void {
    this.#known.clear();
    this.#made.clear();
  }

  /** We removed a folder. */
  removed(folder: string): void {
    this.#known.delete(folder);
    this.#made.delete(folder);
    this.touch(folderOf(folder));
  }

  /** The folders that have changed until now, for {@link sync}, which is to be called with them. */
  takeChanged(): readonly string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Makes durable that the folder of `target` stands, and where: nothing is to be done where that is known. Call it when it was prepared. */
  async settle(target: string): Promise<void> {
    for (let slash = target.indexOf('/'), above = ''; slash > 0; slash = target.indexOf('/', slash + 1)) {
      const folder = target.slice(0, slash);
      if (this.#unsettled.get(above)?.has(folder)) await this.#syncOne(above);
      above = folder;
    }
  }

  /** Makes renames and new folders durable. After a failure they count as changed still. */
  async sync(changed: readonly string[]): Promise<void> {
    try {
      for (const folder of changed) await this.#syncOne(folder);
    } catch (error) {
      for (const folder of changed) this.#changed.add(folder);
      throw error;
    }
  }

  async #syncOne(folder: string): Promise<void> {
    const unsettled = this.#unsettled.get(folder);
    const settled = [...(unsettled ?? [])];
    // Asked again each time: another folder may be another file system's.
    await this.#refusals.attempt('syncFolder', () => this.#calls.syncFolder(join(this.#root, folder)));
    crashPoint('folder:after-fsync');
    for (const one of settled) unsettled?.delete(one);
    if (unsettled?.size === 0 && this.#unsettled.get(folder) === unsettled) this.#unsettled.delete(folder);
  }

  /** Many files go into a new folder at once, and one of them makes it. */
  async #make(folder: string, above: string): Promise<void> {
    let making = this.#making.get(folder);
    if (making === undefined) {
      making = this.#makeOne(folder, above).finally(() => this.#making.delete(folder));
      this.#making.set(folder, making);
    }
    await making;
  }

  async #makeOne(folder: string, above: string): Promise<void> {
    const name = folder.slice(above === '' ? 0 : above.length + 1);
    const isNew = await this.#way.within(above, (path) =>
      this.#makeNew(`${path}/${name}`, join(this.#root, folder)),
    );
    const noted = isNew ? this.#onMade(folder) : undefined;
    if (noted !== undefined) await noted;
    if (isNew && this.#made.size < limit) this.#made.add(folder);
    // Also where it stood already: somebody else's mkdir may not be through yet, or an earlier run was killed after it.
    this.#changed.add(above);
    const unsettled = this.#unsettled.get(above);
    if (unsettled === undefined) this.#unsettled.set(above, new Set([folder]));
    else unsettled.add(folder);
    if (this.#known.size >= limit) this.#known.delete(this.#known.values().next().value!);
    this.#known.add(folder);
  }

  /** True when it was made, and did not stand there; `name` is what people call it. */
  async #makeNew(path: string, name: string): Promise<boolean> {
    try {
      await this.#calls.makeFolder(path);
      crashPoint('folder:after-make');
      await this.#attributes?.giveMade(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const stats = await this.#calls.lookAt(path);
    if (stats.isSymbolicLink())
      throw coded('ELOOP', `${name} is a symbolic link: files are not written through links`);
    if (!stats.isDirectory()) throw coded('ENOTDIR', `${name} is a file, where a folder is needed`);
    return false;
  }
}

/** The folder of a target; '' is the root. */
export function folderOf(target: string): string {
  return target.slice(0, Math.max(0, target.lastIndexOf('/')));
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
