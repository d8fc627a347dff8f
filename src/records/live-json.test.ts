import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { decodeClaim, encodeClaim, type StreamClaim } from './live-claim.ts';
import { decodeIndexEntry, encodeIndexEntry, type IndexEntry } from './live-index.ts';

const segment: IndexEntry = {
  kind: 'segment',
  stream: 'cam1',
  epoch: 3,
  media: 1041,
  discontinuities: 1,
  discontinuity: false,
  gap: false,
  captured: 1_790_000_000_123_456,
  timescale: 15_360,
  time: 61_440,
  duration: 30_720,
  ordinal: 20,
  parts: 10,
  first: 73_120,
  next: 73_141,
  sizes: { '720p': 625_000, '360p': 200_000 },
};

const end: IndexEntry = {
  kind: 'end',
  stream: 'cam1',
  epoch: 3,
  media: 1042,
  discontinuities: 1,
  captured: 1_790_000_002_123_456,
};

const claim: StreamClaim = {
  stream: 'cam1',
  state: 'live',
  epoch: 3,
  owner: '5f0c',
  host: 'studio-2',
  lasts: 10_000,
  partition: 2,
  began: 1_790_000_000_000,
  media: 1041,
  discontinuities: 1,
  offset: 73_120,
  targets: { part: 200_000, segment: 2_000_000 },
};

test('Entries of the index and claims come back as they were written', () => {
  for (const entry of [segment, end]) {
    assert.deepEqual(decodeIndexEntry(consumed(encodeIndexEntry(entry))), entry);
  }
  for (const one of [claim, { ...claim, key: 'a'.repeat(64), pid: 4711, boot: 'b pid:[1]' }]) {
    assert.deepEqual(decodeClaim(consumed(encodeClaim(one))), one);
  }
});

test('Fields of later versions are passed over, a tombstone forgets a stream', () => {
  const more = (record: NewRecord): ConsumedRecord => {
    const value = JSON.parse(Buffer.from(record.value as Uint8Array).toString());
    return consumed({ ...record, value: Buffer.from(JSON.stringify({ ...value, later: true })) });
  };
  assert.deepEqual(decodeIndexEntry(more(encodeIndexEntry(segment))), segment);
  assert.deepEqual(decodeClaim(more(encodeClaim(claim))), claim);
  assert.equal(decodeClaim(consumed({ key: Buffer.from('cam1'), value: null })), undefined);
});

/** A record with one field of its JSON made another. */
function changed(record: NewRecord, field: string, value: unknown): ConsumedRecord {
  const json = JSON.parse(Buffer.from(record.value as Uint8Array).toString());
  return consumed({ ...record, value: Buffer.from(JSON.stringify({ ...json, [field]: value })) });
}

test('Fields that are missing or cannot be', () => {
  const bad = [undefined, null, 'x', -2, 1.5, {}, [1]];
  for (const field of [
    'v',
    'kind',
    'epoch',
    'media',
    'captured',
    'timescale',
    'duration',
    'first',
    'sizes',
  ]) {
    for (const value of bad) {
      if (field === 'sizes' && JSON.stringify(value) === '{}') continue;
      assert.throws(
        () => decodeIndexEntry(changed(encodeIndexEntry(segment), field, value)),
        FormatError,
        `${field} ${JSON.stringify(value)}`,
      );
    }
  }
  for (const field of ['v', 'state', 'epoch', 'partition', 'offset', 'lasts', 'targets', 'media']) {
    for (const value of bad) {
      assert.throws(() => decodeClaim(changed(encodeClaim(claim), field, value)), FormatError, field);
    }
  }
  assert.throws(() => decodeClaim(changed(encodeClaim(claim), 'key', 'open sesame')), FormatError);
  const names = changed(encodeIndexEntry(segment), 'sizes', { '../x': 1 });
  assert.throws(() => decodeIndexEntry(names), FormatError);
});

test('Noise is refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.option(fc.uint8Array()), fc.uint8Array({ maxLength: 200 }), (key, value) => {
      assert.throws(() => decodeIndexEntry(consumed({ key, value })), FormatError);
      assert.throws(() => decodeClaim(consumed({ key, value })), FormatError);
      assert.throws(() => decodeClaim(consumed({ key: Buffer.from('cam'), value })), FormatError);
    }),
  );
});

test('What is as long as it may be is taken, and one more is not', () => {
  const longest = {
    owner: 'o'.repeat(64),
    host: 'h'.repeat(255),
    boot: 'b'.repeat(255),
    key: '0a'.repeat(32),
  };
  const all = { ...claim, ...longest };
  assert.deepEqual(decodeClaim(consumed(encodeClaim(all))), all);
  assert.deepEqual(decodeClaim(consumed(encodeClaim({ ...claim, owner: 'o', host: '' })))?.owner, 'o');
  const ended = { ...claim, state: 'ended' as const };
  assert.deepEqual(decodeClaim(consumed(encodeClaim(ended))), ended);
  for (const [name, text] of Object.entries(longest)) {
    assert.throws(() => encodeClaim({ ...claim, [name]: `${text}0` }), FormatError, name);
    assert.throws(() => encodeClaim({ ...claim, [name]: `0${text}` }), FormatError, name);
  }
  assert.throws(() => encodeClaim({ ...claim, owner: '' }), FormatError);
});

test('Whose record it is stands in its key, and nowhere else', () => {
  const { value } = consumed(encodeClaim(claim));
  for (const key of [
    null,
    Buffer.alloc(0),
    Buffer.from('a/b'),
    Buffer.from('.a'),
    Buffer.from('a'.repeat(65)),
  ])
    assert.throws(() => decodeClaim({ key, value }), FormatError);
  assert.equal(decodeClaim({ key: Buffer.from('a'.repeat(64)), value })?.stream, 'a'.repeat(64));
  assert.throws(() => encodeClaim({ ...claim, stream: '' }), FormatError);
  const key = Buffer.from('cam1');
  for (const text of ['', '{', '[]', 'null'])
    assert.throws(() => decodeIndexEntry({ key, value: Buffer.from(text) }), FormatError, text);
  assert.throws(() => decodeIndexEntry({ key, value: null }), FormatError);
});

test('Offsets of an entry are -1 where they are not known, and never less', () => {
  for (const field of ['first', 'next']) {
    for (const offset of [-1, 0]) {
      const entry: IndexEntry = { ...segment, [field]: offset };
      assert.deepEqual(decodeIndexEntry(consumed(encodeIndexEntry(entry))), entry);
    }
    assert.throws(() => encodeIndexEntry({ ...segment, [field]: -2 }), FormatError, field);
    assert.throws(() => decodeIndexEntry(changed(encodeIndexEntry(segment), field, -2)), FormatError, field);
  }
});

test('A complaint says what is wrong with what, and of whose stream', () => {
  const key = Buffer.from('cam1');
  for (const [value, message] of [
    [Buffer.from('{'), /cam1: not JSON$/],
    [null, /cam1: not JSON$/],
    [Buffer.from('{}'), /cam1: not what the format says$/],
  ] as const) {
    assert.throws(() => decodeIndexEntry({ key, value }), { message });
    if (value !== null) assert.throws(() => decodeClaim({ key, value }), { message });
  }
  assert.throws(() => encodeClaim({ ...claim, owner: '' }), { message: /cam1: not what the format says$/ });
});
