/**
 * Turns at the names of a folder that several processes write: whoever has the turn of a name compares what stands there, and is the only one that
 * writes it. A turn is a folder, which is put where the name's turns are held by one rename; that succeeds only where nobody has it. What is to be
 * put under the name comes out of this folder, and what goes is put into it. Nobody waits for ever for a process that is frozen or dead: its turn is
 * taken from it, by emptying the folder and removing it. Whatever it was about to do fails then, for there is nothing to rename, nor anywhere to
 * rename it to; no name in there is ever used twice.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crashPoint } from '../../../crash-points.ts';
import { makeFolders } from '../../../folder.ts';
import { ReplacedError } from '../../replaced.ts';
import type { DiskCalls } from '../calls.ts';

/** Milliseconds that somebody may have the turn of a name that we wait for: it takes one or two. Too short, it costs writing a file once more. */
const patience = 5000;
/** Milliseconds between two looks at a turn that somebody else has. */
const lookEvery = 20;

export interface NameTurnsOptions {
  readonly calls: DiskCalls;
  /** Where the turns of all names are held. */
  readonly turns: string;
  /** This process's own folder on the same file system. */
  readonly own: string;
  /** See above. Default: 5 s. */
  readonly patience?: number;
}

/** A turn that is ours, as far as we know. */
export interface NameTurn {
  /** An empty folder of ours. What is renamed out of it or into it happens only while the turn is ours. */
  readonly folder: string;
}

export class NameTurns {
  readonly #options: NameTurnsOptions;
  readonly #run: string;
  #count = 0;

  constructor(options: NameTurnsOptions) {
    this.#options = options;
    this.#run = basename(options.own);
  }

  /**
   * Runs work in the turn of a name; one name at a time, by this process too. Throws ReplacedError where the work failed and the turn was taken
   * from us: what of it was done is to be looked at again.
   */
  async take<T>(name: string, work: (turn: NameTurn) => Promise<T>): Promise<T> {
    const slot = join(this.#options.turns, createHash('sha256').update(name).digest('hex').slice(0, 32));
    const id = `${this.#run}.${++this.#count}`;
    await this.#enter(slot, id);
    crashPoint('turn:after-take');
    const folder = join(slot, id);
    try {
      return await work({ folder });
    } catch (cause) {
      if (await isThere(folder)) throw cause;
      throw new ReplacedError(`the turn at ${name} was taken from us`, { cause });
    } finally {
      await this.#leave(slot, folder);
    }
  }

  /** Ends what processes that are no more had begun: `runs` are the names of their own folders. */
  async sweep(runs: ReadonlySet<string>): Promise<void> {
    for (const name of await namesIn(this.#options.turns)) {
      const slot = join(this.#options.turns, name);
      const theirs = (await namesIn(slot)).filter((id) => runs.has(id.slice(0, id.lastIndexOf('.'))));
      for (const id of theirs) await this.#end(join(slot, id));
      // Unless somebody has the next turn by now.
      if (theirs.length > 0) await rmdir(slot).catch(() => {});
    }
  }

  async #enter(slot: string, id: string): Promise<void> {
    const box = join(this.#options.own, `turn-${id}`);
    await this.#make(box, id);
    const since = new Map<string, number>();
    try {
      while (!(await this.#isPut(box, slot))) await this.#wait(slot, since);
    } catch (error) {
      await rmdir(join(box, id)).catch(() => {});
      await rmdir(box).catch(() => {});
      throw error;
    }
  }

  async #make(box: string, id: string): Promise<void> {
    const { calls } = this.#options;
    try {
      await calls.makeFolder(box);
      await calls.makeFolder(join(box, id));
    } catch {
      // Somebody has removed our own folder; or it says what is wrong.
      await makeFolders(join(box, id));
    }
  }

  /** False where somebody has the turn: only an empty folder is replaced by another. */
  async #isPut(box: string, slot: string): Promise<boolean> {
    try {
      await this.#options.calls.rename(box, slot);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
      if (code !== 'ENOENT' || !(await isThere(box))) throw error;
      await makeFolders(this.#options.turns);
      return false;
    }
  }

  async #wait(slot: string, since: Map<string, number>): Promise<void> {
    for (const id of await namesIn(slot)) {
      const from = since.get(id) ?? performance.now();
      since.set(id, from);
      if (performance.now() - from > (this.#options.patience ?? patience)) await this.#end(join(slot, id));
    }
    await delay(lookEvery);
  }

  /** Takes away all that is in a turn until it is removed: nothing can be put into it any more then. */
  async #end(folder: string): Promise<void> {
    for (;;) {
      try {
        await this.#options.calls.removeFolder(folder);
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      }
      for (const name of await namesIn(folder)) await unlink(join(folder, name)).catch(ignoreGone);
    }
  }

  /** What cannot be removed now is in nobody's way for longer than others are patient. */
  async #leave(slot: string, folder: string): Promise<void> {
    try {
      await this.#end(folder);
      await this.#options.calls.removeFolder(slot);
    } catch {
      // Somebody else has the next turn.
    }
  }
}

/** What stands in a folder; nothing where there is none. Throws the system's errors. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}

function ignoreGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Proves that a file system gives turns as they are meant; false where a folder that is not empty is replaced, or an empty one is not. */
export async function givesTurns(own: string): Promise<boolean> {
  const [held, other] = [join(own, 'check-held'), join(own, 'check-other')];
  await mkdir(held).catch(() => {});
  await makeFolders(join(other, 'inside'));
  try {
    await rename(other, held);
    await makeFolders(join(other, 'inside'));
    const isRefused = await rename(other, held).then(
      () => false,
      () => true,
    );
    return isRefused && (await isThere(join(held, 'inside')));
  } catch {
    return false;
  } finally {
    for (const folder of [join(held, 'inside'), held, join(other, 'inside'), other])
      await rmdir(folder).catch(() => {});
  }
}
