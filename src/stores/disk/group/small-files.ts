/**
 * The small files by which the members of a group tell each other how far they are: each is replaced as a whole, durably, and only if it still is
 * what was read. Their keys are paths below the sink's root.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolders } from '../../../folder.ts';
import type { Condition, JournalStore, ObjectLook } from '../../objects/contract.ts';
import { ReplacedError } from '../../replaced.ts';
import { StoreFault } from '../../store-fault.ts';
import type { DiskCalls } from '../calls.ts';
import { tagOf, writeDurably } from '../whole-bytes.ts';
import { type NameTurns, namesIn } from './turns.ts';

export interface SmallFilesOptions {
  /** What people call the root, and where it really is. */
  readonly place: string;
  readonly root: string;
  /** What tells the place from a copy of it. */
  readonly where: string;
  /** This process's own folder. */
  readonly own: string;
  /** The folder below the root that has one for each member, and the name of the journal in each. */
  readonly members: string;
  readonly journal: string;
  readonly turns: NameTurns;
  readonly calls: DiskCalls;
}

export class SmallFiles implements JournalStore {
  readonly place: JournalStore['place'];
  readonly where: string;
  readonly #options: SmallFilesOptions;
  #count = 0;

  constructor(options: SmallFilesOptions) {
    this.#options = options;
    this.place = { store: 'disk', prefix: '', url: options.place };
    this.where = options.where;
  }

  async put(key: string, bytes: Uint8Array, _: unknown, condition: Condition): Promise<string> {
    for (;;) {
      try {
        return await this.#put(key, bytes, condition);
      } catch (error) {
        // Nothing was put there: what was to be is not there any more.
        if (!(error instanceof ReplacedError)) throw error;
      }
    }
  }

  async look(key: string): Promise<ObjectLook | undefined> {
    const bytes = await this.#bytes(key);
    return bytes && { tag: tagOf(bytes), size: bytes.length, metadata: {} };
  }

  async *read(key: string, tag: string | undefined): AsyncGenerator<Uint8Array> {
    const bytes = await this.#bytes(key);
    if (bytes === undefined) throw fault(key, 'ENOENT', 'is not there');
    if (tag !== undefined && tag !== tagOf(bytes)) throw fault(key, 'ESTALE', 'is another one by now');
    yield bytes;
  }

  /** Of the journals alone. */
  async list(): Promise<readonly string[]> {
    const { root, members, journal } = this.#options;
    const names = await namesIn(join(root, members));
    return names.map((name) => `${members}/${name}/${journal}`);
  }

  /** With a journal goes all that its member left, by which it is found: it goes last. */
  async remove(key: string): Promise<void> {
    const { root, members, turns } = this.#options;
    const path = join(root, key);
    const folder = dirname(path);
    const isOfMember = key.startsWith(`${members}/`);
    const runs = isOfMember ? (await namesIn(folder)).filter((name) => name !== basename(path)) : [];
    await turns.sweep(new Set(runs));
    for (const name of runs) await rm(join(folder, name), { recursive: true, force: true });
    await rm(path, { force: true });
    if (isOfMember) await rm(folder, { recursive: true, force: true });
  }

  /** Nothing goes up in parts. */
  async abort(): Promise<void> {}

  async #put(key: string, bytes: Uint8Array, condition: Condition): Promise<string> {
    const { root, own, turns, calls } = this.#options;
    await makeFolders(own);
    const file = join(own, `small-${this.#count++}`);
    const path = join(root, key);
    try {
      await writeDurably(file, bytes);
      return await turns.take(key, async (turn) => {
        const standing = await this.#bytes(key);
        const tag = standing && tagOf(standing);
        if (condition !== undefined && tag !== (condition === 'nothing' ? undefined : condition.tag))
          throw fault(key, 'ESTALE', 'is another one by now');
        const inside = join(turn.folder, 'file');
        await rename(file, inside);
        await rename(inside, path);
        await calls.syncFolder(dirname(path));
        return tagOf(bytes);
      });
    } finally {
      await rm(file, { force: true });
    }
  }

  async #bytes(key: string): Promise<Buffer | undefined> {
    return readFile(join(this.#options.root, key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
  }
}

function fault(key: string, code: string, what: string): StoreFault {
  return new StoreFault(`${key} ${what}`, { scope: 'name', code });
}
