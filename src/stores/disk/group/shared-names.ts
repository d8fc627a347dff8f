/**
 * Names of a folder that the members of a group write together. Each is compared and written in its turn. That a file is about to stand there is
 * recorded before it does, with what stands there until then: of what was only recorded, that is seen, and the record before counts.
 * What goes, and links, are recorded behind: a member that dies in between leaves them to whoever reads their record again.
 */
import { join } from 'node:path';
import { crashPoint } from '../../../crash-points.ts';
import { ReplacedError } from '../../replaced.ts';
import type { RemovedName } from '../../tree-names.ts';
import { VanishedError } from '../../vanished.ts';
import type { DiskCalls } from '../calls.ts';
import { isSameMicrosecond } from '../file-look.ts';
import type { Folders } from '../folders.ts';
import { goneEntry, isAsPut, isMadeFolder, type JournalEntry, madeFolderEntry } from '../journal-entry.ts';
import { madeAnew, sharedTries } from '../made-anew.ts';
import type { FinishedFile, NameKeeper } from '../name-keeper.ts';
import { type NameRecords, textBefore, textOf } from './name-records.ts';
import type { NameTurn, NameTurns } from './turns.ts';

export interface SharedNamesParts {
  readonly root: string;
  readonly calls: DiskCalls;
  readonly turns: NameTurns;
  readonly records: NameRecords;
  readonly folders: Folders;
  /** An upload stands, and is not open any more. */
  readonly ended: (upload: string) => void;
}

export class SharedNames implements NameKeeper {
  readonly isShared = true;
  readonly #parts: SharedNamesParts;
  /** What was recorded when somebody asked, of names that are about to be written. */
  readonly #seen = new Map<string, string | undefined>();

  constructor(parts: SharedNamesParts) {
    this.#parts = parts;
  }

  look(target: string): JournalEntry | undefined {
    const { records, folders } = this.#parts;
    const text = records.text(target);
    this.#seen.delete(target);
    if (this.#seen.size >= 10_000) this.#seen.delete(this.#seen.keys().next().value!);
    this.#seen.set(target, text);
    if (text === undefined) return undefined;
    // Whoever has put it there may have died before that was durable, and a position is about to pass it.
    records.touch(target);
    folders.touchWay(target);
    return records.entry(target, text);
  }

  async put(
    { file, target, published, look, mtime, returned }: FinishedFile,
    put: (from: string) => Promise<bigint | undefined>,
  ): Promise<void> {
    const { calls, folders, records, root } = this.#parts;
    await madeAnew(folders, sharedTries, () => folders.prepare(target));
    await this.#inTurn(target, published.upload, async (turn, before) => {
      const finished = await calls.lookAt(file).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
        throw new VanishedError(`somebody removed its temporary file ${file}`, { cause });
      });
      const modified = isSameMicrosecond(look.mtime, mtime) ? null : look.mtime;
      const of = { ...published, folded: null, modified };
      const entry: JournalEntry = { ...of, mtime: String(mtime), inode: String(finished.ino) };
      const standing = await calls.lookIfThere(join(root, target)).catch(() => undefined);
      const text = textBefore(entry, standing, records.entry(target, before));
      const inside = join(turn.folder, 'file');
      // Before the file is moved, which makes it one that was touched: on a full disk that would be verified, and fetched, again and again.
      await records.put(turn, target, text);
      try {
        await calls.rename(file, inside);
        crashPoint('turn:after-record');
        await put(inside);
      } catch (error) {
        // Of what is wrong, this is told. Where nothing can be put back, the turn is not ours, or who asks sees what stands there.
        await calls.rename(inside, file).catch(() => {});
        const back = await calls.lookIfThere(file);
        // The names that it had changed nothing in it.
        if (back?.ino === finished.ino && back.size === finished.size && back.mtimeNs === finished.mtimeNs)
          returned?.(back);
        if (back !== undefined) await this.#undo(turn, target, before).catch(() => {});
        throw error;
      }
      crashPoint('turn:after-rename');
    });
    this.#parts.ended(published.upload);
  }

  async adopt(target: string, found: JournalEntry, inode: bigint): Promise<void> {
    const entry = { ...found, inode: String(inode) };
    const { records, root, turns, calls } = this.#parts;
    await retried(() =>
      turns.take(target, async (turn) => {
        const known = records.entry(target);
        if (known !== undefined && known.upload > entry.upload) return;
        const standing = await calls.lookAt(join(root, target)).catch(() => undefined);
        // Another one by now: whoever has put it there has recorded it.
        if (standing?.ino !== inode) return;
        const text = textOf(entry);
        if (text !== records.text(target)) await records.put(turn, target, text);
      }),
    );
    this.#parts.ended(entry.upload);
  }

  remove(
    target: string,
    upload: string,
    work: (aside: string, entry: JournalEntry | undefined) => Promise<RemovedName>,
  ): Promise<RemovedName> {
    const { records, turns } = this.#parts;
    return retried(() =>
      turns.take(target, async (turn) => {
        const entry = records.entry(target);
        if (entry !== undefined && entry.upload >= upload) return { result: 'gone' };
        const removed = await work(turn.folder, entry);
        crashPoint('turn:after-rename');
        await records.put(turn, target, textOf(goneEntry(upload, entry)));
        return removed;
      }),
    );
  }

  link(target: string, upload: string, work: (aside: string) => Promise<JournalEntry>): Promise<void> {
    const { records, folders } = this.#parts;
    return madeAnew(folders, sharedTries, () =>
      this.#inTurn(target, upload, async (turn) => {
        const entry = await work(turn.folder);
        crashPoint('turn:after-rename');
        await records.put(turn, target, textOf(entry));
      }),
    );
  }

  madeFolder(folder: string): Promise<void> {
    const { records, turns } = this.#parts;
    return retried(() =>
      turns.take(folder, (turn) => records.put(turn, folder, textOf(madeFolderEntry(records.entry(folder))))),
    );
  }

  removeFolder(folder: string, remove: () => Promise<void>): Promise<boolean> {
    const { records, turns } = this.#parts;
    return retried(() =>
      turns.take(folder, async (turn) => {
        const entry = records.entry(folder);
        if (!isMadeFolder(entry)) return false;
        try {
          await remove();
        } catch {
          return false;
        }
        await records.put(turn, folder, textOf(goneEntry(entry?.upload ?? '')));
        return true;
      }),
    );
  }

  /** In the name's turn, if what was seen last is still recorded; never over a newer version, whoever has looked last. */
  async #inTurn(
    target: string,
    upload: string,
    work: (turn: NameTurn, before: string | undefined) => Promise<void>,
  ): Promise<void> {
    const { turns, records, folders } = this.#parts;
    await turns.take(target, async (turn) => {
      const before = records.text(target);
      const isSeen = !this.#seen.has(target) || this.#seen.get(target) === before;
      if (!isSeen || (await this.#isNewer(target, records.entry(target, before), upload)))
        throw new ReplacedError(`another member has written ${target}`);
      await work(turn, before);
    });
    this.#seen.delete(target);
    // Folders that we know may have been made anew by another member.
    folders.touchWay(target);
  }

  /** True where a newer version is recorded than is to be written, or this very one stands there. */
  async #isNewer(target: string, entry: JournalEntry | undefined, upload: string): Promise<boolean> {
    if (entry === undefined || entry.upload !== upload) return entry !== undefined && entry.upload > upload;
    const { calls, root } = this.#parts;
    const standing = await calls.lookAt(join(root, target)).catch(() => undefined);
    return standing !== undefined && isAsPut(entry, standing);
  }

  /** Records what stood there before. */
  async #undo(turn: NameTurn, target: string, before: string | undefined): Promise<void> {
    const { records } = this.#parts;
    if (before === undefined) await records.take(turn, target);
    else await records.put(turn, target, before);
  }
}

/** Once more, for as long as others take turns from us. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ReplacedError)) throw error;
    }
  }
}
