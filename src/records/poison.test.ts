import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumed, withHeader, withHeaderTwice, withoutHeader } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { Header, NewRecord } from '../kafka/contract.ts';
import { chunkHeaders, decodeFileRecord, encodeAbort, encodeClose, encodePack } from './file-record.ts';

const ref = { uploader: 'shop', path: 'till/1.json', upload: '0123456789abcdef0123456789abcdef' };
const digest = 'md5:900150983cd24fb0d6963f7d28e17f72';
const facts = { size: 3, digest, mtime: '1790000000000000000', mode: 0o644 };
const entry = { ...facts, path: ref.path, upload: ref.upload };

/** One good record of each kind. */
const good: Readonly<Record<string, NewRecord>> = {
  chunk: { headers: chunkHeaders(ref, 'md5', 3, 0), value: Buffer.from('abc') },
  close: encodeClose({ ...ref, ...facts }),
  abort: encodeAbort({ ...ref, reason: 'it changed' }),
  pack: encodePack(ref.uploader, [entry], [Buffer.from('abc')]),
};

const namesOf = (record: NewRecord): string[] => (record.headers ?? []).map(([name]) => name);

function refused(record: NewRecord, what: string): void {
  assert.throws(() => decodeFileRecord(consumed(record)), FormatError, what);
}

test('The good ones are good', () => {
  for (const [kind, record] of Object.entries(good)) {
    assert.equal(decodeFileRecord(consumed(record))?.kind, kind);
  }
});

test('A header that is missing', () => {
  for (const [kind, record] of Object.entries(good)) {
    for (const name of namesOf(record)) {
      if (name !== 'sluice') refused(withoutHeader(record, name), `${kind} without ${name}`);
    }
  }
});

test('A header that stands twice', () => {
  for (const [kind, record] of Object.entries(good)) {
    for (const name of namesOf(record)) refused(withHeaderTwice(record, name), `${kind} with ${name} twice`);
  }
});

test('Headers whose values cannot be', () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    sluice: ['', '0', '2', '1.0', '01'],
    kind: ['', 'CHUNK', 'tombstone', 'toString'],
    uploader: ['', '..', '.sluice', 'a/b', 'a\0', 'a'.repeat(129), 'a\n'],
    path: ['', '/etc/passwd', '../x', 'a/../../x', 'a//b', 'a\0b', 'a'.repeat(256), './a', 'a/'],
    upload: ['', '0'.repeat(31), '0'.repeat(33), 'G'.repeat(32), '../../etc/passwd'],
    checksum: ['', 'MD5', 'sha1', '__proto__'],
    size: ['', 'NaN', '-1', '1.5', '9223372036854775808', '18446744073709551615', '2'],
    offset: ['', 'NaN', '-1', '1', '9223372036854775808', '9007199254740991'],
    digest: ['', 'md5:', `md4:${'0'.repeat(32)}`, `md5:${'0'.repeat(31)}`, 'nonsense'],
    mtime: ['', 'yesterday', '1.5', '9'.repeat(29)],
    mode: ['', '644', '0888', '0o644', '100644', '-644'],
    files: ['', '0', '2', 'NaN', '-1', '1000000000', '9223372036854775808'],
    index: ['', '0', '1', 'NaN', '-1', '1000000000', '9223372036854775808'],
  };
  for (const [kind, record] of Object.entries(good)) {
    for (const name of namesOf(record)) {
      // An abort's reason may be anything; a closing record's size is compared with the chunks by who has them.
      for (const text of table[name] ?? []) {
        if (kind === 'close' && name === 'size' && text === '2') continue;
        refused(withHeader(record, name, text), `${kind} with ${name} ${JSON.stringify(text).slice(0, 60)}`);
      }
    }
  }
});

test('Headers that are not UTF-8, or a megabyte long, or a hundred thousand', () => {
  for (const [kind, record] of Object.entries(good)) {
    for (const name of namesOf(record)) {
      refused(withHeader(record, name, Uint8Array.of(0xff, 0xfe)), `${kind} with ${name} not UTF-8`);
      refused(withHeader(record, name, Buffer.alloc(1024 * 1024, 'a')), `${kind} with a long ${name}`);
    }
    const more = Array.from({ length: 100_000 }, (_, index): Header => [`x${index}`, Buffer.alloc(0)]);
    refused({ ...record, headers: [...(record.headers ?? []), ...more] }, `${kind} with many headers`);
  }
});

test('A chunk whose numbers disagree with its bytes', () => {
  const chunk = (size: number, offset: number, value: Uint8Array | null): NewRecord => ({
    headers: chunkHeaders(ref, 'md5', size, offset),
    value,
  });
  refused(chunk(3, 0, null), 'a tombstone');
  refused(chunk(3, 0, Buffer.alloc(0)), 'no bytes');
  refused(chunk(3, 0, Buffer.alloc(4)), 'more bytes than the file');
  refused(chunk(3, 3, Buffer.alloc(1)), 'behind the end');
  refused(chunk(3, 1, Buffer.alloc(3)), 'over the end');
  refused(chunk(0, 0, Buffer.alloc(1)), 'of an empty file');
  refused(chunk(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Buffer.alloc(1)), 'at the end of numbers');
});
