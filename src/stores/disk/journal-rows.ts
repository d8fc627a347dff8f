/** What rows of the journal say. Pure. */
import type { SQLOutputValue } from 'node:sqlite';
import type { ByteRange, UnfinishedUpload } from '../contract.ts';

/** A row of the table of uploads. */
export function unfinishedFrom(row: Readonly<Record<string, SQLOutputValue>>): UnfinishedUpload {
  return {
    upload: String(row.upload),
    uploader: String(row.uploader),
    path: String(row.path),
    topic: String(row.topic),
    size: Number(row.size),
    ranges: JSON.parse(String(row.ranges)) as ByteRange[],
    close: row.closing === null ? undefined : String(row.closing),
    seen: seenFrom(String(row.firsts)),
  };
}

/** Journals of earlier versions name the first record alone. */
function seenFrom(text: string): [number, number, number][] {
  const seen = JSON.parse(text) as [number, number, number?][];
  return seen.map(([partition, first, last = first]) => [partition, first, last]);
}
