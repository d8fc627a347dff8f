/** Which sink a journal belongs to: an id of its own, and the place that tells the sink from a copy. ADR 140. */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** Notes the place; true when it was another one, whose positions prove nothing here: reading begins where it began there. */
export function settle(database: DatabaseSync, place: string): boolean {
  const before = database.prepare("SELECT value FROM meta WHERE name = 'place'").get()?.value;
  if (before === place) return false;
  database.exec('BEGIN');
  database.prepare("INSERT OR REPLACE INTO meta VALUES ('place', ?)").run(place);
  if (before !== undefined) {
    database.exec("UPDATE positions SET safe = began, epochs = '[]'; DELETE FROM meta WHERE name = 'id'");
  }
  database.exec('COMMIT');
  return before !== undefined;
}

/** The sink's id; made when there is none yet. */
export function sinkId(database: DatabaseSync): string {
  const row = database.prepare("SELECT value FROM meta WHERE name = 'id'").get();
  if (row !== undefined) return String(row.value);
  const id = randomBytes(8).toString('hex');
  database.prepare("INSERT INTO meta VALUES ('id', ?)").run(id);
  return id;
}
