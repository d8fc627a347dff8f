/** Records as a reader gets them, made without a broker. */
import { batchSize } from '../../src/kafka/batch.ts';
import type { ConsumedRecord, Header, NewRecord } from '../../src/kafka/contract.ts';

/** What a consumer would yield for an appended record. */
export function consumed(record: NewRecord, offset = 0, timestamp = 0): ConsumedRecord {
  const { key = null, headers = [], value } = record;
  const pieces = value === null ? null : value instanceof Uint8Array ? [value] : value;
  return {
    offset,
    timestamp,
    key,
    headers: headers.slice(0, 64),
    headerCount: headers.length,
    value: pieces === null ? null : Buffer.concat(pieces),
  };
}

/** The record with one header's text replaced, wherever it stands. */
export function withHeader(record: NewRecord, name: string, text: string | Uint8Array): NewRecord {
  const value = typeof text === 'string' ? Buffer.from(text) : text;
  const headers = (record.headers ?? []).map(
    (header): Header => (header[0] === name ? [name, value] : header),
  );
  return { ...record, headers };
}

export function withoutHeader(record: NewRecord, name: string): NewRecord {
  return { ...record, headers: (record.headers ?? []).filter((header) => header[0] !== name) };
}

/** The record with one of its headers a second time. */
export function withHeaderTwice(record: NewRecord, name: string): NewRecord {
  const again = (record.headers ?? []).filter((header) => header[0] === name);
  return { ...record, headers: [...(record.headers ?? []), ...again] };
}

/** A header's text. */
export function headerText(record: NewRecord, name: string): string | undefined {
  const found = record.headers?.find((header) => header[0] === name);
  return found === undefined ? undefined : Buffer.from(found[1]).toString();
}

/** The batch that a record needs on the wire, alone. */
export function batchBytes({ key, headers, value }: ConsumedRecord): number {
  return batchSize({ key, headers, value });
}
