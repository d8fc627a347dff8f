/**
 * A folder as a place for whole files that others read while they change: each is replaced at once, durably, and where several processes write
 * there only if it still is what was read, in its name's turn (ADR 257). What is on its way stands in the folder's own.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationError, describeError } from '../../errors.ts';
import { makeFolders } from '../../folder.ts';
import { isLackOfRoom } from '../lack-of-room.ts';
import type { Condition, ObjectLook, ObjectWriter, PlainStore } from '../objects/contract.ts';
import { absolutePath } from '../place.ts';
import { ReplacedError } from '../replaced.ts';
import { StoreFault } from '../store-fault.ts';
import { ownFolder } from '../target-name.ts';
import { DiskCalls } from './calls.ts';
import { givesTurns, NameTurns } from './group/turns.ts';
import { whyNotShareable } from './mounts.ts';
import { makeOwnFolders } from './own-folder.ts';
import { tagOf, writeDurably } from './whole-bytes.ts';

const runs = `${ownFolder}/files`;
const turns = `${ownFolder}/turns`;
/** Milliseconds after which what a process left that was killed is nobody's: whoever is at work writes every few seconds. */
const leftAfter = 3_600_000;

/** Opens a folder, made when missing. Throws ConfigurationError when it cannot be written. */
export async function openPlainFiles(directory: string): Promise<PlainStore> {
  const place = absolutePath(directory);
  try {
    await makeFolders(place);
    const root = await realpath(place);
    const own = join(root, runs, randomBytes(8).toString('hex'));
    await makeOwnFolders(join(root, ownFolder), join(root, runs), join(root, turns), own);
    const calls = await DiskCalls.on(root);
    const shares = (await whyNotShareable(root)) === undefined && (await givesTurns(own));
    const given = { calls, turns: join(root, turns), own };
    const files = new PlainFiles(place, root, own, calls, shares ? new NameTurns(given) : undefined);
    await clearLeft(join(root, runs), own);
    return files;
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError(
      `cannot write to ${place} (${describeError(cause)}): give the right to write there, make room, or name another place`,
      { cause },
    );
  }
}

async function clearLeft(folder: string, own: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (path !== own && age > leftAfter) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

class PlainFiles implements PlainStore {
  readonly place: PlainStore['place'];
  readonly #root: string;
  readonly #own: string;
  readonly #calls: DiskCalls;
  readonly #turns: NameTurns | undefined;
  #count = 0;

  constructor(place: string, root: string, own: string, calls: DiskCalls, turns: NameTurns | undefined) {
    this.place = { store: 'disk', prefix: '', url: place };
    this.#root = root;
    this.#own = own;
    this.#calls = calls;
    this.#turns = turns;
  }

  get replacesAtOnce(): boolean {
    return this.#turns !== undefined;
  }

  async put(...[key, bytes, , condition]: Parameters<ObjectWriter['put']>): Promise<string> {
    for (;;) {
      try {
        await this.#put(key, bytes, condition);
        return tagOf(bytes);
      } catch (error) {
        // Its turn was taken from us, and nothing was put there.
        if (!(error instanceof ReplacedError)) throw this.#meaning(key, error);
      }
    }
  }

  async look(key: string): Promise<ObjectLook | undefined> {
    const bytes = await this.#bytes(key);
    return bytes && { tag: tagOf(bytes), size: bytes.length, metadata: {} };
  }

  async *read(key: string, tag: string | undefined): AsyncGenerator<Uint8Array> {
    const bytes = await this.#bytes(key);
    if (bytes === undefined) throw fault(this.#shown(key), 'ENOENT', 'is not there');
    if (tag !== undefined && tag !== tagOf(bytes)) throw this.#stale(key);
    yield bytes;
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.#root, key), { force: true }).catch((error: unknown) => {
      throw this.#meaning(key, error);
    });
  }

  /** What was on its way goes with it. */
  close(): void {
    void rm(this.#own, { recursive: true, force: true }).catch(() => {});
  }

  async #put(key: string, bytes: Uint8Array, condition: Condition): Promise<void> {
    await makeFolders(this.#own);
    const file = join(this.#own, `file-${this.#count++}`);
    const path = join(this.#root, key);
    try {
      await writeDurably(file, bytes);
      await makeFolders(dirname(path));
      if (condition === undefined) await rename(file, path);
      else if (this.#turns === undefined) await this.#replace(key, condition, () => rename(file, path));
      else {
        await this.#turns.take(key, ({ folder }) =>
          this.#replace(key, condition, async () => {
            const inside = join(folder, 'file');
            await rename(file, inside);
            await rename(inside, path);
          }),
        );
      }
      await this.#calls.syncFolder(dirname(path));
    } finally {
      await rm(file, { force: true });
    }
  }

  async #replace(key: string, condition: Condition, put: () => Promise<void>): Promise<void> {
    const standing = await this.#bytes(key);
    const tag = standing && tagOf(standing);
    const wanted = typeof condition === 'object' ? condition.tag : undefined;
    if (tag !== wanted) throw this.#stale(key);
    await put();
  }

  async #bytes(key: string): Promise<Buffer | undefined> {
    return readFile(join(this.#root, key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw this.#meaning(key, error);
      return undefined;
    });
  }

  #shown(key: string): string {
    return join(this.place.url, key);
  }

  #stale(key: string): StoreFault {
    return fault(this.#shown(key), 'ESTALE', 'is another one by now');
  }

  /** A disk that is full or away is waited for; what names a file alone is not. */
  #meaning(key: string, error: unknown): unknown {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (error instanceof StoreFault || code === undefined || !(error instanceof Error)) return error;
    const scope = isLackOfRoom(error) || waited.has(code) ? 'sink' : 'name';
    return new StoreFault(`cannot write ${this.#shown(key)} (${error.message})`, {
      scope,
      code,
      cause: error,
    });
  }
}

const waited = new Set(['EIO', 'EMFILE', 'ENFILE', 'ESTALE', 'ENODEV', 'ENXIO', 'ETIMEDOUT', 'EAGAIN']);

function fault(what: string, code: string, why: string): StoreFault {
  return new StoreFault(`${what} ${why}`, { scope: 'name', code });
}
