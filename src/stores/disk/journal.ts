/**
 * What a disk sink remembers, in `.sluice/journal.db`: its id, what is published under which name, and the ranges that
 * open uploads already have. It can all be had again from the topic; it saves fetching and writing twice.
 *
 * Opened exclusively: a second downloader into the same folder is refused.
 */
import { closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crashPoint } from '../../crash-points.ts';
import { ConfigurationError, describeError } from '../../errors.ts';
import type { EpochRun } from '../../kafka/contract.ts';
import type { Published, ReadRange, TopicPositions, UnfinishedUpload } from '../contract.ts';
import { SinkLostError } from '../sink-lost.ts';
import { isSameMicrosecond } from './file-look.ts';
import type { JournalEntry } from './journal-entry.ts';
import { isDamage, systemErrorOf } from './journal-fault.ts';
import { settle, sinkId } from './journal-place.ts';
import { unfinishedFrom } from './journal-rows.ts';
import { makeTables } from './journal-tables.ts';
import { placeFile } from './place.ts';
import type { Refusals } from './refusals.ts';

/** Opens the journal; one that is damaged is set aside, and a new one begun: what it knew can be had from the topic. Throws ConfigurationError for a link. */
export function openJournal(file: string, place: string, refusals: Refusals): Journal {
  for (const part of ['', ...besides]) refuseLink(file + part);
  askForSync(join(dirname(file), placeFile), refusals);
  try {
    return new Journal(file, place, refusals);
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(file);
    return new Journal(file, place, refusals);
  }
}

/** Its log, and what its users share. */
const besides = ['-wal', '-shm'];

/** SQLite would make a database wherever a link leads. */
function refuseLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new ConfigurationError(`${file} is a symbolic link: remove it, for a journal stands in its sink`);
}

/** SQLite does not tell a disk that refuses to make anything durable from one that failed. Not its own file: closing that ends its locks. */
function askForSync(file: string, refusals: Refusals): void {
  const asked = openSync(file, 'r+');
  try {
    fsyncSync(asked);
  } catch (error) {
    refusals.note('sync', error);
  } finally {
    closeSync(asked);
  }
}

function setAside(file: string): void {
  renameSync(file, `${file}.damaged-${Date.now()}`);
  for (const part of besides) rmSync(file + part, { force: true });
}

/** What has been noted and is not written down yet, as it was at one moment. */
export interface Noted {
  readonly fresh: readonly (readonly [target: string, entry: JournalEntry])[];
  readonly gone: readonly string[];
}

/** Bytes of the write-ahead log after which it is begun anew. */
const longestLog = 4 * 1024 * 1024;

export class Journal {
  readonly id: string;
  /** True when it was found in another place than where it was made. */
  readonly isCopy: boolean;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #selectFolded: StatementSync;
  readonly #file: string;
  readonly #refusals: Refusals;
  #log: FileHandle | undefined;
  /** Written down, and perhaps not on disk yet. */
  #isUnsynced = false;
  /** Settles when whoever came before has made it durable, or could not. */
  #syncing: Promise<void> = Promise.resolve();
  /** Published and not yet written down. */
  readonly #fresh = new Map<string, JournalEntry>();
  readonly #gone = new Set<string>();

  /** Throws ConfigurationError when another process has it open. */
  constructor(file: string, place: string, refusals: Refusals) {
    this.#file = file;
    this.#refusals = refusals;
    this.#database = new DatabaseSync(file);
    try {
      makeTables(this.#database, !refusals.has('sync'));
      crashPoint('journal:after-make');
      this.isCopy = settle(this.#database, place);
      this.id = sinkId(this.#database);
      this.#select = this.#database.prepare(
        'SELECT p.upload, size, digest, p.mtime, folded, m.mtime AS modified FROM published p LEFT JOIN modified m ON m.target = p.target AND m.upload = p.upload AND m.kept = p.mtime WHERE p.target = ?',
      );
      this.#selectFolded = this.#database.prepare(
        'SELECT target FROM published WHERE folded = ? AND target <> ?',
      );
    } catch (cause) {
      this.#database.close();
      if (/locked|busy/i.test(describeError(cause))) {
        throw new ConfigurationError(
          `another downloader writes here (${file} is locked): stop it, or name another folder with --to; where none runs, the file system keeps no locks (NFS without its lock service: mount it with nolock)`,
          { cause },
        );
      }
      throw cause;
    }
  }

  published(target: string): JournalEntry | undefined {
    return (
      this.#fresh.get(target) ?? this.#asking(() => this.#select.get(target) as JournalEntry | undefined)
    );
  }

  /** Another name that a case-insensitive file system takes for this one. */
  collision(target: string, folded: string): string | undefined {
    for (const [other, entry] of this.#fresh) if (entry.folded === folded && other !== target) return other;
    // What is fresh of a name counts, and that may be that it went.
    const rows = this.#asking(() => this.#selectFolded.all(folded, target));
    return rows.map((row) => String(row.target)).find((other) => !this.#fresh.has(other));
  }

  /** `kept`: nanoseconds since the epoch, as the file system has them; `mtime`: as the record says, where the file was given them. */
  notePublished(target: string, published: Published, kept: bigint, folded: string | null, mtime?: string) {
    const modified = mtime === undefined || isSameMicrosecond(mtime, kept) ? null : mtime;
    this.#fresh.set(target, { ...published, mtime: String(kept), folded, modified });
    this.#gone.add(published.upload);
  }

  /** What else stands under a name, or that nothing does. */
  note(target: string, entry: JournalEntry): void {
    this.#fresh.set(target, entry);
  }

  noteGone(upload: string): void {
    this.#gone.add(upload);
  }

  unfinished(): UnfinishedUpload[] {
    const rows = this.#asking(() => this.#database.prepare('SELECT * FROM uploads').all());
    return rows.map(unfinishedFrom);
  }

  /** All that has been noted: what it says must be durable before {@link checkpoint} gets it. */
  noted(): Noted {
    return { fresh: [...this.#fresh], gone: [...this.#gone] };
  }

  /** What has been noted of one name, and nothing else. */
  notedOf(target: string): Noted {
    const entry = this.#fresh.get(target);
    return { fresh: entry === undefined ? [] : [[target, entry]], gone: [] };
  }

  positions(): TopicPositions[] {
    const rows = this.#asking(() => this.#database.prepare('SELECT * FROM positions').all());
    const byTopic = Map.groupBy(rows, ({ reader, topic }) => `${topic} ${reader}`);
    return [...byTopic.values()].map((ofTopic) => {
      const partitions = ofTopic.map(({ partition, began, safe, epochs }): [number, ReadRange] => {
        const range = { began: Number(began), safe: Number(safe) };
        const runs = JSON.parse(String(epochs)) as EpochRun[];
        return [Number(partition), runs.length === 0 ? range : { ...range, epochs: runs }];
      });
      const { reader, topic, name, cluster } = ofTopic[0]!;
      return {
        reader: String(reader),
        topic: String(topic),
        name: String(name),
        cluster: String(cluster),
        partitions: new Map(partitions),
      };
    });
  }

  /**
   * One transaction; on disk when the result resolves. SQLite itself would wait for the disk on the main thread, so that
   * it is told not to, and its write-ahead log is made durable here.
   */
  async checkpoint(
    uploads: readonly UnfinishedUpload[],
    noted: Noted,
    positions?: TopicPositions,
  ): Promise<void> {
    this.#write(uploads, noted, positions);
    // One after the other: what somebody else has written for us, and not made durable yet, is waited for.
    const work = this.#syncing.then(() => this.#makeDurable());
    this.#syncing = work.catch(() => {});
    return work;
  }

  async #makeDurable(): Promise<void> {
    if (!this.#isUnsynced) return;
    this.#isUnsynced = false;
    try {
      this.#log ??= await open(`${this.#file}-wal`, 'r+');
      const log = this.#log;
      await this.#refusals.attempt('sync', () => log.datasync());
      crashPoint('journal:after-fsync');
      if ((await this.#log.stat()).size > longestLog) this.#moveLog();
    } catch (error) {
      this.#isUnsynced = true;
      throw error;
    }
  }

  /** From the log to where it is read from. SQLite would do so by itself, and tell nobody when the disk fails. */
  #moveLog(): void {
    this.#asking(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  #write(
    uploads: readonly UnfinishedUpload[],
    { fresh, gone }: Noted,
    positions: TopicPositions | undefined,
  ): void {
    const hasPositions = positions !== undefined && positions.partitions.size > 0;
    if (uploads.length === 0 && fresh.length === 0 && gone.length === 0 && !hasPositions) return;
    try {
      this.#database.exec('BEGIN');
      const insert = this.#database.prepare('INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?, ?, ?)');
      const modified = this.#database.prepare('INSERT OR REPLACE INTO modified VALUES (?, ?, ?, ?)');
      for (const [target, entry] of fresh) {
        insert.run(target, entry.upload, entry.size, entry.digest, entry.mtime, entry.folded);
        if (entry.modified !== null) modified.run(target, entry.upload, entry.mtime, entry.modified);
      }
      const upsert = this.#database.prepare(
        'INSERT OR REPLACE INTO uploads (upload, uploader, path, size, ranges, closing, firsts, topic) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      );
      for (const one of uploads) {
        upsert.run(
          one.upload,
          one.uploader,
          one.path,
          one.size,
          JSON.stringify(one.ranges),
          one.close ?? null,
          JSON.stringify(one.seen),
          one.topic,
        );
      }
      // Last: an upload may have ended after its row was made.
      const remove = this.#database.prepare('DELETE FROM uploads WHERE upload = ?');
      for (const upload of gone) remove.run(upload);
      if (hasPositions) this.#writePositions(positions);
      this.#database.exec('COMMIT');
      crashPoint('journal:after-write');
    } catch (error) {
      // SQLite may have done so itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw this.#faultOf(error);
    }
    this.#isUnsynced = true;
    for (const [target, entry] of fresh) {
      if (this.#fresh.get(target) === entry) this.#fresh.delete(target);
    }
    for (const upload of gone) this.#gone.delete(upload);
  }

  #writePositions({ reader, topic, name, cluster, partitions }: TopicPositions): void {
    const forget = 'DELETE FROM positions WHERE reader = ? AND name = ? AND cluster = ? AND topic <> ?';
    this.#database.prepare(forget).run(reader, name, cluster, topic);
    const insert = this.#database.prepare(
      'INSERT OR REPLACE INTO positions (reader, topic, partition, name, cluster, began, safe, epochs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    for (const [partition, { began, safe, epochs = [] }] of partitions)
      insert.run(reader, topic, partition, name, cluster, began, safe, JSON.stringify(epochs));
  }

  #asking<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  /** A page that is damaged may be met long after the journal was opened: it is set aside then too. */
  #faultOf(error: unknown): unknown {
    if (!isDamage(error)) return systemErrorOf(error);
    this.#database.close();
    setAside(this.#file);
    return new SinkLostError(`the journal ${this.#file} is damaged, and was set aside`, { cause: error });
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    await this.#log?.close();
    this.#database.close();
  }
}
