/**
 * What a disk sink remembers, in `.sluice/journal.db`: its id, what is published under which name, and the ranges that
 * open uploads already have. It can all be had again from the topic; it saves fetching and writing twice.
 *
 * Opened exclusively: a second downloader into the same folder is refused.
 */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { constants } from 'node:os';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ConfigurationError, describeError } from '../../errors.ts';
import type { ByteRange, Published, ReadRange, TopicPositions, UnfinishedUpload } from '../contract.ts';

const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS published (
    target TEXT PRIMARY KEY, upload TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, mtime TEXT NOT NULL, folded TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS folded ON published (folded) WHERE folded IS NOT NULL;
  CREATE TABLE IF NOT EXISTS uploads (
    upload TEXT PRIMARY KEY, uploader TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, ranges TEXT NOT NULL, closing TEXT, firsts TEXT NOT NULL DEFAULT '[]', topic TEXT NOT NULL DEFAULT ''
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS positions (
    reader TEXT, topic TEXT, partition INTEGER, name TEXT NOT NULL, cluster TEXT NOT NULL, began INTEGER NOT NULL, safe INTEGER NOT NULL,
    PRIMARY KEY (reader, topic, partition)
  ) WITHOUT ROWID;
`;

/** Opens the journal; one that is damaged is set aside, and a new one begun: what it knew can be had from the topic. */
export function openJournal(file: string, place: string): Journal {
  try {
    return new Journal(file, place);
  } catch (error) {
    const code = (error as { errcode?: number }).errcode;
    if (code !== results.corrupt && code !== results.notADatabase) throw error;
    renameSync(file, `${file}.damaged-${Date.now()}`);
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
    return new Journal(file, place);
  }
}

/** Result codes of SQLite. */
const results = { inputOutput: 10, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** What has been noted and is not written down yet, as it was at one moment. */
export interface Noted {
  readonly fresh: readonly (readonly [target: string, entry: JournalEntry])[];
  readonly gone: readonly string[];
}

/** A published version and the modification time that its file had then. */
export interface JournalEntry extends Published {
  readonly mtime: string;
  readonly folded: string | null;
}

export class Journal {
  readonly id: string;
  /** True when it was found in another place than where it was made. */
  readonly isCopy: boolean;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #selectFolded: StatementSync;
  readonly #file: string;
  #log: FileHandle | undefined;
  /** Written down, and perhaps not on disk yet. */
  #isUnsynced = false;
  /** Published and not yet written down. */
  readonly #fresh = new Map<string, JournalEntry>();
  readonly #gone = new Set<string>();

  /** Throws ConfigurationError when another process has it open. */
  constructor(file: string, place: string) {
    this.#file = file;
    this.#database = new DatabaseSync(file);
    try {
      this.#database.exec(schema);
      this.#addColumns();
      this.isCopy = this.#settle(place);
      this.id = this.#sinkId();
      this.#select = this.#database.prepare(
        'SELECT upload, size, digest, mtime, folded FROM published WHERE target = ?',
      );
      this.#selectFolded = this.#database.prepare(
        'SELECT target FROM published WHERE folded = ? AND target <> ?',
      );
    } catch (cause) {
      this.#database.close();
      if (/locked|busy/i.test(describeError(cause))) {
        throw new ConfigurationError(
          `another downloader writes here (${file} is locked): stop it, or name another folder with --to`,
          { cause },
        );
      }
      throw cause;
    }
  }

  /** Journals of earlier versions do not have them. */
  #addColumns(): void {
    const columns = this.#database.prepare("SELECT name FROM pragma_table_info('uploads')").all();
    for (const [column, empty] of [
      ['firsts', '[]'],
      ['topic', ''],
    ] as const) {
      if (columns.some(({ name }) => name === column)) continue;
      this.#database.exec(`ALTER TABLE uploads ADD COLUMN ${column} TEXT NOT NULL DEFAULT '${empty}'`);
    }
  }

  /** Notes the place; true when it was another one, whose positions prove nothing here: reading begins where it began there. */
  #settle(place: string): boolean {
    const before = this.#database.prepare("SELECT value FROM meta WHERE name = 'place'").get()?.value;
    if (before === place) return false;
    this.#database.exec('BEGIN');
    this.#database.prepare("INSERT OR REPLACE INTO meta VALUES ('place', ?)").run(place);
    if (before !== undefined) {
      this.#database.exec("UPDATE positions SET safe = began; DELETE FROM meta WHERE name = 'id'");
    }
    this.#database.exec('COMMIT');
    return before !== undefined;
  }

  #sinkId(): string {
    const row = this.#database.prepare("SELECT value FROM meta WHERE name = 'id'").get();
    if (row !== undefined) return String(row.value);
    const id = randomBytes(8).toString('hex');
    this.#database.prepare("INSERT INTO meta VALUES ('id', ?)").run(id);
    return id;
  }

  published(target: string): JournalEntry | undefined {
    const row = this.#fresh.get(target) ?? (this.#select.get(target) as JournalEntry | undefined);
    return row;
  }

  /** Another name that a case-insensitive file system takes for this one. */
  collision(target: string, folded: string): string | undefined {
    for (const [other, entry] of this.#fresh) if (entry.folded === folded && other !== target) return other;
    const row = this.#selectFolded.get(folded, target);
    return row === undefined ? undefined : String(row.target);
  }

  /** `mtime`: nanoseconds since the epoch, as the file system has kept them. */
  notePublished(target: string, published: Published, mtime: bigint, folded: string | null): void {
    this.#fresh.set(target, { ...published, mtime: String(mtime), folded });
    this.#gone.add(published.upload);
  }

  noteGone(upload: string): void {
    this.#gone.add(upload);
  }

  unfinished(): UnfinishedUpload[] {
    const rows = this.#database.prepare('SELECT * FROM uploads').all();
    return rows.map((row) => ({
      upload: String(row.upload),
      uploader: String(row.uploader),
      path: String(row.path),
      topic: String(row.topic),
      size: Number(row.size),
      ranges: JSON.parse(String(row.ranges)) as ByteRange[],
      close: row.closing === null ? undefined : String(row.closing),
      seen: seenFrom(String(row.firsts)),
    }));
  }

  /** All that has been noted: what it says must be durable before {@link checkpoint} gets it. */
  noted(): Noted {
    return { fresh: [...this.#fresh], gone: [...this.#gone] };
  }

  positions(): TopicPositions[] {
    const rows = this.#database.prepare('SELECT * FROM positions').all();
    const byTopic = Map.groupBy(rows, ({ reader, topic }) => `${topic} ${reader}`);
    return [...byTopic.values()].map((ofTopic) => {
      const partitions = ofTopic.map(({ partition, began, safe }): [number, ReadRange] => {
        return [Number(partition), { began: Number(began), safe: Number(safe) }];
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
    if (!this.#isUnsynced) return;
    this.#isUnsynced = false;
    try {
      this.#log ??= await open(`${this.#file}-wal`, 'r+');
      await this.#log.datasync();
    } catch (error) {
      this.#isUnsynced = true;
      throw error;
    }
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
      for (const [target, entry] of fresh) {
        insert.run(target, entry.upload, entry.size, entry.digest, entry.mtime, entry.folded);
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
    } catch (error) {
      // SQLite may have done so itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw systemErrorOf(error);
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
    const insert = this.#database.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?, ?, ?)');
    for (const [partition, { began, safe }] of partitions)
      insert.run(reader, topic, partition, name, cluster, began, safe);
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    await this.#log?.close();
    this.#database.close();
  }
}

/** Journals of earlier versions name the first record alone. */
function seenFrom(text: string): [number, number, number][] {
  const seen = JSON.parse(text) as [number, number, number?][];
  return seen.map(([partition, first, last = first]) => [partition, first, last]);
}

/** What a disk did to SQLite is what it does to anybody: its owner decides by the system's codes. */
function systemErrorOf(error: unknown): unknown {
  const result = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  const code = result === results.full ? 'ENOSPC' : result === results.inputOutput ? 'EIO' : undefined;
  if (code === undefined) return error;
  const message = `${code}: ${describeError(error)}, the journal`;
  return Object.assign(new Error(message, { cause: error }), { code, errno: -constants.errno[code] });
}
