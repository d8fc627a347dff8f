/** The tables of a sink's journal. */
import type { DatabaseSync } from 'node:sqlite';

/** Locking comes first: what reads the database before that maps memory for others to share, and a disk that is full of small blocks ends who writes to it. */
const schema = (syncs: boolean): string => `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA synchronous = ${syncs ? 'NORMAL' : 'OFF'};
  PRAGMA journal_mode = WAL;
  PRAGMA wal_autocheckpoint = 0;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS published (
    target TEXT PRIMARY KEY, upload TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, mtime TEXT NOT NULL, folded TEXT
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS modified (
    target TEXT PRIMARY KEY, upload TEXT NOT NULL, kept TEXT NOT NULL, mtime TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS folded ON published (folded) WHERE folded IS NOT NULL;
  CREATE TABLE IF NOT EXISTS uploads (
    upload TEXT PRIMARY KEY, uploader TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, ranges TEXT NOT NULL, closing TEXT, firsts TEXT NOT NULL DEFAULT '[]', topic TEXT NOT NULL DEFAULT ''
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS positions (
    reader TEXT, topic TEXT, partition INTEGER, name TEXT NOT NULL, cluster TEXT NOT NULL, began INTEGER NOT NULL, safe INTEGER NOT NULL, epochs TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (reader, topic, partition)
  ) WITHOUT ROWID;
`;

/** Makes what is missing, in journals of earlier versions too. `syncs`: false where the disk refuses to make anything durable. */
export function makeTables(database: DatabaseSync, syncs: boolean): void {
  database.exec(schema(syncs));
  for (const [table, column, empty] of [
    ['uploads', 'firsts', '[]'],
    ['uploads', 'topic', ''],
    ['positions', 'epochs', '[]'],
  ] as const) {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
    if (columns.some(({ name }) => name === column)) continue;
    database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT NOT NULL DEFAULT '${empty}'`);
  }
}
