import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyDigest, anyPath, anySize, anyUploader, anyUploadId } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import {
  decodeStateRecord,
  encodeFileState,
  encodeLease,
  encodeOrigin,
  encodeReady,
  type FileState,
  type Lease,
  sentVersionOf,
  statePartition,
  stateUploader,
} from './state-record.ts';

const sent: FileState = {
  topic: 'b1c2',
  upload: '0123456789abcdef0123456789abcdef',
  state: 'sent',
  fingerprint: { size: 3, mtime: '1790000000000000000', ctime: '1790000000000000001', inode: '42' },
  partition: 2,
  first: 7,
  last: 9,
  acked: 3,
  digest: 'md5:900150983cd24fb0d6963f7d28e17f72',
};
const { upload, digest, partition, first, last } = sent;
const before = { upload, size: 3, mtime: '1790000000000000000', digest, partition, first, last };
const lease: Lease = { topic: 'b1c2', owner: '9f', host: 'till', pid: 1, lasts: 30_000 };

/** A record of `shop/a.txt` with some fields of its value changed; undefined leaves a field out. */
function stateWith(changes: Readonly<Record<string, unknown>>) {
  const value = Buffer.from(JSON.stringify({ v: 1, ...sent, ...changes }));
  return { key: Buffer.from('shop/a.txt'), value };
}

test("A file's state comes back as it was written", () => {
  const states = fc.record(
    {
      topic: fc.string(),
      upload: anyUploadId,
      state: fc.constantFrom('sending' as const, 'sent' as const, 'aborted' as const),
      fingerprint: fc.record(
        {
          size: anySize,
          mtime: fc.bigInt(-(10n ** 18n), 10n ** 19n - 1n).map(String),
          ctime: fc.oneof(fc.constant(''), anySize.map(String)),
          inode: fc.oneof(fc.constant(''), fc.bigInt(0n, 2n ** 64n - 1n).map(String)),
        },
        { noNullPrototype: true },
      ),
      partition: fc.nat(),
      first: anySize,
      last: anySize,
      acked: anySize,
      checksum: fc.constantFrom('md5' as const, 'sha256' as const, 'crc64nvme' as const),
      digest: anyDigest,
      before: fc.record(
        {
          ...{ upload: anyUploadId, size: anySize, mtime: anySize.map(String), digest: anyDigest },
          ...{ partition: fc.nat(), first: anySize, last: anySize },
        },
        { noNullPrototype: true },
      ),
    },
    {
      noNullPrototype: true,
      requiredKeys: ['topic', 'upload', 'state', 'fingerprint', 'partition', 'first', 'last', 'acked'],
    },
  );
  fc.assert(
    fc.property(anyUploader, anyPath, states, (uploader, path, state) => {
      const decoded = decodeStateRecord(consumed(encodeFileState(uploader, path, state)));
      assert.deepEqual(decoded, { kind: 'file', uploader, path, state: { v: 1, ...state } });
    }),
  );
});

test('A lease, with and without its boot, and tombstones', () => {
  const boot = 'b 7';
  const withBoot = decodeStateRecord(consumed(encodeLease('shop', { ...lease, boot })));
  assert.deepEqual(withBoot, { kind: 'lease', uploader: 'shop', lease: { v: 1, ...lease, boot } });
  const decode = (record: ReturnType<typeof encodeLease>) => decodeStateRecord(consumed(record));
  assert.deepEqual(decode(encodeLease('shop', lease)), {
    kind: 'lease',
    uploader: 'shop',
    lease: { v: 1, ...lease },
  });
  assert.deepEqual(decode(encodeLease('shop', null)), { kind: 'lease', uploader: 'shop', lease: null });
  const forgotten = { kind: 'file', uploader: 'shop', path: 'a/b', state: null };
  assert.deepEqual(decode(encodeFileState('shop', 'a/b', null)), forgotten);
});

test("An uploader's mark, and where a partition begins", () => {
  const decode = (record: ReturnType<typeof encodeLease>) => decodeStateRecord(consumed(record));
  const ready = { topic: 'b1c2' };
  assert.deepEqual(decode(encodeReady('shop', ready)), {
    kind: 'ready',
    uploader: 'shop',
    ready: { v: 1, ...ready },
  });
  const origin = { topic: 'b1c2', ends: [0, 12, Number.MAX_SAFE_INTEGER] };
  assert.deepEqual(decode(encodeOrigin(origin)), {
    kind: 'origin',
    uploader: '',
    origin: { v: 1, ...origin },
  });
  assert.equal(stateUploader(encodeReady('shop', ready) as { key: Uint8Array }), 'shop');
  assert.equal(stateUploader(encodeOrigin(origin) as { key: Uint8Array }), '');
  for (const key of ['/x', '//', '', '\xff'])
    assert.equal(stateUploader({ key: Buffer.from(key, 'latin1') }), undefined, key);
  for (const [key, value] of [
    ['/', '{"v":1,"topic":"t"}'],
    ['/', '{"v":1,"topic":"t","ends":[-1]}'],
    ['/', '{"v":1,"topic":"t","ends":{"0":1}}'],
    ['shop/', '{"v":1}'],
    ['shop/', JSON.stringify({ v: 1, topic: 7 })],
  ] as const) {
    const record = { key: Buffer.from(key), value: Buffer.from(value) };
    assert.throws(() => decodeStateRecord(record), FormatError, value);
  }
});

test('Values that are not ours', () => {
  const table: readonly Readonly<Record<string, unknown>>[] = [
    { v: 2 },
    { v: undefined },
    { topic: undefined },
    { upload: undefined },
    { upload: 'not an id' },
    { upload: '0'.repeat(31) },
    { state: 'lost' },
    { fingerprint: undefined },
    { fingerprint: { ...sent.fingerprint, size: -1 } },
    { fingerprint: { ...sent.fingerprint, size: 2 ** 63 } },
    { fingerprint: { ...sent.fingerprint, mtime: 'yesterday' } },
    { fingerprint: { ...sent.fingerprint, mtime: '' } },
    { partition: -1 },
    { partition: 0.5 },
    { first: '7' },
    { first: -1 },
    { last: null },
    { acked: -1 },
    { acked: 2 ** 53 },
    { digest: 'md5:00' },
    { digest: 7 },
    { checksum: 'sha1' },
    { checksum: 7 },
    { before: {} },
    { before: { ...before, digest: 'md5:00' } },
    { before: { ...before, first: -1 } },
  ];
  assert.doesNotThrow(() => decodeStateRecord(stateWith({})));
  for (const changes of table) {
    assert.throws(() => decodeStateRecord(stateWith(changes)), FormatError, JSON.stringify(changes));
  }
  for (const text of ['', 'null', '[]', '1', '{', '\u0000', `${'['.repeat(100_000)}`]) {
    const value = Buffer.from(text);
    for (const key of ['shop', 'shop/a']) {
      assert.throws(
        () => decodeStateRecord({ key: Buffer.from(key), value }),
        FormatError,
        text.slice(0, 20),
      );
    }
  }
});

test('Keys that cannot be', () => {
  const value = Buffer.from(JSON.stringify({ v: 1, ...sent }));
  for (const key of [null, Buffer.from([0xff]), Buffer.from([0x61, 0x2f, 0xc3, 0x28])]) {
    assert.throws(() => decodeStateRecord({ key, value }), FormatError);
  }
});

test('Random bytes are refused by FormatError and nothing else', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.json().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, bytes, (key, value) => {
      try {
        decodeStateRecord({ key, value });
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('What is no JSON is told as that, and whose it is', () => {
  const read = (text: string) => decodeStateRecord({ key: Buffer.from('shop/a'), value: Buffer.from(text) });
  assert.throws(() => read('{'), { message: 'the state record of "shop/a" is not JSON' });
  assert.throws(() => read('{}'), { message: 'the state record of "shop/a" is not one of ours' });
});

test('The partition of an uploader is for ever: FNV-1a of its name', () => {
  // Published FNV-1a vectors: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968.
  assert.equal(statePartition('', 2 ** 32), 0x811c9dc5);
  assert.equal(statePartition('a', 2 ** 32), 0xe40c292c);
  assert.equal(statePartition('foobar', 2 ** 32), 0xbf9cf968);
  fc.assert(
    fc.property(anyUploader, fc.integer({ min: 1, max: 64 }), (uploader, partitions) => {
      const partition = statePartition(uploader, partitions);
      assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions);
    }),
  );
});

test('The newest version that was sent in full is this one, or the one before it', () => {
  assert.deepEqual(sentVersionOf(sent), before);
  const older = { ...before, digest: sent.digest!, first: 1 };
  assert.deepEqual(sentVersionOf({ ...sent, state: 'sending', before: older }), older);
  assert.deepEqual(sentVersionOf({ ...sent, state: 'aborted', before: older }), older);
  const { digest: _, ...undigested } = sent;
  assert.deepEqual(sentVersionOf({ ...undigested, before: older }), older);
  assert.equal(sentVersionOf({ ...sent, state: 'sending' }), undefined);
});

test('A key says whose record it is, and of which path', () => {
  const value = Buffer.from(JSON.stringify({ v: 1, ...sent }));
  const keys: readonly (readonly [key: string, uploader: string, path: string])[] = [
    ['s/a', 's', 'a'],
    ['shop/a/b', 'shop', 'a/b'],
  ];
  for (const [key, uploader, path] of keys) {
    const read = decodeStateRecord({ key: Buffer.from(key), value });
    assert.deepEqual(read, { kind: 'file', uploader, path, state: { v: 1, ...sent } });
    assert.equal(stateUploader({ key: Buffer.from(key) }), uploader);
  }
  for (const key of ['.shop', '.shop/', '.shop/a', 'shop/../a', 'shop//a', 'a'.repeat(129)])
    assert.throws(() => decodeStateRecord({ key: Buffer.from(key), value: null }), FormatError, key);
  assert.throws(() => encodeFileState('shop', '../a', sent), FormatError);
  assert.throws(() => encodeFileState('.shop', 'a', sent), FormatError);
  assert.throws(() => encodeLease('.shop', lease), FormatError);
  assert.equal(stateUploader({ key: null }), undefined);
  assert.equal(stateUploader({ key: Buffer.from([0xff]) }), undefined);
});
