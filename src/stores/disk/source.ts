/** A directory as a source. */
import { constants } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, describeError } from '../../errors.ts';
import type { AttributeWish } from '../attribute-wish.ts';
import type { OpenFile, Selection, Source, SourceFile, Unsendable } from '../contract.ts';
import { absolutePath } from '../place.ts';
import type { LinkChoice, Removal } from '../tree-names.ts';
import { type AttributeReader, attributeReader } from './attributes/read-attributes.ts';
import { DiskCalls, fewBytes } from './calls.ts';
import { Descriptors } from './descriptors.ts';
import { folderOf } from './folders.ts';
import { TakenFiles } from './take-away.ts';
import { lookAt, sourceFile, walk } from './walk.ts';
import { TreeWatch } from './watch.ts';
import { Way } from './way.ts';

export interface DiskSourceOptions {
  /** What symbolic links are: nothing, what they point to, or themselves. Default: `skip`. */
  readonly links?: LinkChoice | undefined;
  /** Whether folders are given as well as files. Default: they are not. */
  readonly folders?: boolean | undefined;
  /** Which attributes files have. Default: none. */
  readonly attributes?: AttributeWish | undefined;
  /** The system's calls. Default: what suits the disk. */
  readonly calls?: DiskCalls;
}

/** Opens a directory. Throws ConfigurationError when it is missing, no directory, or not readable. */
export async function openDiskSource(directory: string, options: DiskSourceOptions = {}): Promise<Source> {
  const root = absolutePath(directory);
  try {
    const isDirectory = (await stat(root)).isDirectory();
    if (isDirectory) await expectReadable(root);
    else throw new ConfigurationError(`${root} is not a directory: name the directory that holds the file`);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const remedy = code === 'ENOENT' ? 'make it' : 'give the right to read there';
    throw new ConfigurationError(
      `cannot read the folder ${root} (${describeError(cause)}): ${remedy}, or name another`,
      { cause },
    );
  }
  const links = options.links ?? 'skip';
  // Links may lead to any disk.
  const calls = options.calls ?? (links === 'follow' ? new DiskCalls(false) : await DiskCalls.on(root));
  const way = new Way({ calls, root, realRoot: await realpath(root) });
  const reader = options.attributes && (await attributeReader(options.attributes));
  return new DiskSource(root, way, { links, giveFolders: options.folders ?? false, reader }, calls);
}

/** Rejects as the system does. By doing it: to be asked with `access`, Linux forgets the capabilities of who is not root. */
async function expectReadable(root: string): Promise<void> {
  await (await opendir(root)).close();
  await stat(`${root}/.`);
}

/** A pipe that took the file's place would be waited for. */
const toRead = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** For what may stand behind a file's size. */
const oneMore = new Uint8Array(1);

function leadsNowhere(link: string): Promise<boolean> {
  return stat(link).then(
    () => false,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return true;
    },
  );
}

interface SourceParts {
  readonly links: LinkChoice;
  readonly giveFolders: boolean;
  readonly reader: AttributeReader | undefined;
}

class DiskSource implements Source {
  readonly place: string;
  readonly abilities = { appearsWhole: false };
  readonly #followSymlinks: boolean;
  readonly #keepLinks: boolean;
  readonly #giveFolders: boolean;
  readonly #wish: AttributeWish | undefined;
  readonly attributes?: NonNullable<Source['attributes']>;
  readonly #calls: DiskCalls;
  readonly #way: Way;
  readonly #taken: TakenFiles;
  readonly #descriptors = new Descriptors();

  constructor(root: string, way: Way, { links, giveFolders, reader }: SourceParts, calls: DiskCalls) {
    this.place = root;
    this.#way = way;
    this.#followSymlinks = links === 'follow';
    this.#keepLinks = links === 'keep';
    this.#giveFolders = giveFolders;
    this.#calls = calls;
    this.#taken = new TakenFiles(calls, root);
    this.#wish = reader?.wish;
    if (reader !== undefined)
      this.attributes = (file) =>
        links === 'follow' ? reader.readAt(file, join(root, file.path)) : reader.readWithin(file, way);
  }

  list(selection: Selection, unsendable: (what: Unsendable) => void): AsyncIterable<SourceFile> {
    const [root, followSymlinks, calls] = [this.place, this.#followSymlinks, this.#calls];
    const isFree = async (folder: string): Promise<boolean> => followSymlinks || this.#way.isFree(folder);
    const withDescriptor = <T>(work: () => Promise<T>): Promise<T> => this.#descriptors.use(work);
    const giveBack = (path: string): Promise<string | undefined> => this.#taken.giveBack(path);
    const how = {
      followSymlinks,
      keepLinks: this.#keepLinks,
      giveFolders: this.#giveFolders,
      wish: this.#wish,
    };
    return walk({ root, isFree, giveBack, ...how, calls, withDescriptor, selection, unsendable });
  }

  async look(path: string): Promise<SourceFile | undefined> {
    if (!this.#followSymlinks && !(await this.#way.isFree(folderOf(path)))) return undefined;
    const how = {
      followSymlinks: this.#followSymlinks,
      keepLinks: this.#keepLinks,
      giveFolders: this.#giveFolders,
      wish: this.#wish,
    };
    return lookAt(this.#calls, this.place, path, how);
  }

  readAtOnce(path: string, into: Uint8Array): SourceFile | undefined {
    const calls = into.length > fewBytes || this.#followSymlinks ? undefined : this.#calls.atOnce;
    if (calls === undefined) return undefined;
    let file: number | undefined;
    try {
      file = this.#way.openAtOnce(calls, path, toRead);
      if (file === undefined || calls.readInto(file, into, oneMore) !== into.length) return undefined;
      return sourceFile(path, calls.look(file), this.#wish);
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) calls.close(file);
    }
  }

  async open(path: string): Promise<OpenFile> {
    const flags = toRead;
    const calls = this.#calls;
    const file = await this.#descriptors.take(() =>
      this.#followSymlinks ? calls.open(join(this.place, path), flags) : this.#way.open(path, flags),
    );
    let isOpen = true;
    return {
      look: async () => sourceFile(path, await calls.look(file), this.#wish),
      read: (buffer, position) => calls.read(file, buffer, position),
      close: async () => {
        if (!isOpen) return;
        // The number may be another file's by the time this call is through.
        isOpen = false;
        await calls.close(file).finally(() => this.#descriptors.release());
      },
    };
  }

  /** A link that is not followed. Throws at one that is, and leads nowhere: to a disk that is away, perhaps. */
  async hides(path: string): Promise<boolean> {
    if (this.#keepLinks) return false;
    if (this.#followSymlinks) return this.#refuseLost(path);
    return this.#way.check(path).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ELOOP',
    );
  }

  async isFolder(path: string): Promise<boolean> {
    if (!this.#followSymlinks && !(await this.#way.isFree(folderOf(path)))) return false;
    const how = { followSymlinks: this.#followSymlinks, giveFolders: true };
    return (await lookAt(this.#calls, this.place, path, how))?.isFolder === true;
  }

  async #refuseLost(path: string): Promise<false> {
    let full = this.place;
    for (const segment of path.split('/')) {
      full = join(full, segment);
      const look = await this.#calls.lookIfThere(full);
      if (look === undefined) return false;
      if (look.isSymbolicLink() && (await leadsNowhere(full)))
        throw new Error(`${full} is a link that leads nowhere: nothing is taken for removed there`);
    }
    return false;
  }

  async removeIfSame(file: SourceFile): Promise<Removal> {
    if (!(await this.#way.isFree(folderOf(file.path)))) return 'other';
    return this.#taken.remove(file);
  }

  async rootId(): Promise<string | undefined> {
    // The device's number is no part of it: that changes from boot to boot.
    return stat(this.place, { bigint: true }).then(
      ({ ino }) => String(ino),
      () => undefined,
    );
  }

  async watch(
    hint: (path: string) => void,
    selection: Selection,
    unnoticed: (message: string) => void = () => {},
  ): Promise<{ close(): Promise<void> }> {
    const options = {
      root: this.place,
      unnoticed,
      followSymlinks: this.#followSymlinks,
      hint,
      wantedFolder: selection.folder,
    };
    const tree = new TreeWatch(options);
    await tree.start();
    return { close: async () => tree.close() };
  }
}
