import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  anyAlgorithm,
  anyBytes,
  anyDigest,
  anyLook,
  anyRef,
  anySize,
} from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { checksumAlgorithms } from './checksum.ts';
import {
  chunkHeaders,
  decodeFileRecord,
  encodeAbort,
  encodeChunk,
  encodeClose,
  encodePack,
  refusedRef,
} from './file-record.ts';
import { packFilesLimit } from './pack.ts';

test('A chunk comes back as it was written', () => {
  fc.assert(
    fc.property(anyRef, anyAlgorithm, anyBytes(50), anySize, (ref, checksum, bytes, offset) => {
      fc.pre(bytes.length > 0 && Number.isSafeInteger(offset + bytes.length));
      const size = offset + bytes.length;
      const record = consumed({ headers: chunkHeaders(ref, checksum, size, offset), value: bytes });
      const chunk = decodeFileRecord(record);
      assert.deepEqual(chunk, { kind: 'chunk', ...ref, size, offset, checksum, bytes: Buffer.from(bytes) });
    }),
  );
});

test('A closing record comes back as it was written', () => {
  fc.assert(
    fc.property(anyRef, anySize, anyDigest, anyLook, (ref, size, digest, look) => {
      const close = { ...ref, size, digest, ...look };
      assert.deepEqual(decodeFileRecord(consumed(encodeClose(close))), { kind: 'close', ...close });
    }),
  );
});

test('An aborting record comes back as it was written, its reason cut to a sentence', () => {
  fc.assert(
    fc.property(anyRef, fc.string({ unit: 'grapheme', maxLength: 60 }), (ref, reason) => {
      assert.deepEqual(decodeFileRecord(consumed(encodeAbort({ ...ref, reason }))), {
        kind: 'abort',
        ...ref,
        reason,
      });
    }),
  );
  const ref = { uploader: 'u', path: 'p', upload: '0'.repeat(32) };
  const long = decodeFileRecord(consumed(encodeAbort({ ...ref, reason: '€'.repeat(100_000) })));
  assert.ok(long?.kind === 'abort' && long.reason.length <= 500);
});

test('A pack comes back as it was written', () => {
  const files = fc.array(
    fc.tuple(anyRef, anyDigest, anyLook, anyBytes(30)).map(([ref, digest, look, bytes]) => {
      const { path, upload } = ref;
      return { path, upload, size: bytes.length, digest, ...look, bytes };
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(anyRef, files, ({ uploader }, packed) => {
      const contents = packed.map(({ bytes }) => bytes);
      const pack = decodeFileRecord(consumed(encodePack(uploader, packed, contents)));
      const expected = packed.map((file) => ({ ...file, bytes: Buffer.from(file.bytes) }));
      assert.deepEqual(pack, { kind: 'pack', uploader, files: expected, refused: [] });
    }),
  );
});

test('Headers that a later version adds are passed over', () => {
  const ref = { uploader: 'u', path: 'p', upload: '0'.repeat(32) };
  const headers: Header[] = [...chunkHeaders(ref, 'md5', 3, 0), ['later', Buffer.from([0xff])]];
  assert.equal(decodeFileRecord(consumed({ headers, value: Buffer.from('abc') }))?.kind, 'chunk');
});

test('Records of others are no concern of ours', () => {
  assert.equal(decodeFileRecord(consumed({ value: Buffer.from('hello') })), undefined);
  assert.equal(decodeFileRecord(consumed({ value: null })), undefined);
  const headers = Array.from({ length: 70 }, (): Header => ['trace', Buffer.alloc(100_000)]);
  assert.equal(decodeFileRecord(consumed({ headers, value: null })), undefined);
});

test('Random headers and bytes: refused by FormatError, or not ours, and nothing else', () => {
  const names = fc.constantFrom(
    ...['sluice', 'kind', 'uploader', 'path', 'upload', 'checksum', 'size', 'offset'],
    ...['digest', 'mtime', 'mode', 'reason', 'files', 'index', 'other'],
  );
  const texts = fc.constantFrom(
    ...[
      '1',
      '2',
      'chunk',
      'close',
      'abort',
      'pack',
      'u',
      'a/b',
      '../x',
      '0'.repeat(32),
      ...checksumAlgorithms,
    ],
    ...['0000000000000003', '0', '-1', 'NaN', '9223372036854775808', '0644', 'md5:', '', '\u0000'],
  );
  const header = fc.tuple(
    names,
    fc.oneof(
      texts.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 20 }),
    ),
  );
  const ours: Header[] = [['sluice', Buffer.from('1')]];
  const kinds = fc.constantFrom('chunk', 'close', 'copy', 'abort', 'pack');
  fc.assert(
    fc.property(kinds, fc.array(header, { maxLength: 12 }), anyBytes(20), (kind, headers, value) => {
      const all: Header[] = [...ours, ['kind', Buffer.from(kind)], ...headers];
      try {
        decodeFileRecord(consumed({ headers: all, value }));
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('Of a record that is refused is told what can be read of it, each header by itself', () => {
  const header = (name: string, text: string | Uint8Array): Header => [
    name,
    typeof text === 'string' ? Buffer.from(text) : text,
  ];
  const upload = '0123456789abcdef'.repeat(2);
  const right = [
    header('kind', 'close'),
    header('uploader', 'shop'),
    header('path', 'a/b'),
    header('upload', upload),
  ];
  assert.deepEqual(refusedRef({ headers: right }), { kind: 'close', uploader: 'shop', path: 'a/b', upload });
  for (const kind of ['chunk', 'close', 'copy', 'abort', 'pack'])
    assert.equal(refusedRef({ headers: [header('kind', kind)] }).kind, kind);
  const nothing = { kind: undefined, uploader: undefined, path: undefined, upload: undefined };
  assert.deepEqual(refusedRef({ headers: [] }), nothing);
  const wrong: readonly (readonly [name: string, text: string | Uint8Array])[] = [
    ['kind', 'tombstone'],
    ['uploader', '.sluice'],
    ['uploader', 'a/b'],
    ['path', '../b'],
    ['path', Buffer.from([0xff])],
    ['path', 'ab/'.repeat(1400)],
    ['upload', `${upload}0`],
  ];
  for (const [name, text] of wrong) {
    const headers = right.map((one) => (one[0] === name ? header(name, text) : one));
    const expected = { kind: 'close', uploader: 'shop', path: 'a/b', upload, [name]: undefined };
    assert.deepEqual(refusedRef({ headers }), expected, name);
  }
  for (const one of right) {
    const expected = { kind: 'close', uploader: 'shop', path: 'a/b', upload, [one[0]]: undefined };
    assert.deepEqual(refusedRef({ headers: [...right, one] }), expected, `${one[0]} twice`);
  }
  const longest = `${'ab/'.repeat(1365)}c`;
  assert.equal(longest.length, 4096);
  assert.equal(refusedRef({ headers: [header('path', longest)] }).path, longest);
});

test('What no reader would take is not written', () => {
  const ref = { uploader: 'shop', path: 'a', upload: '0'.repeat(32) };
  const chunk = { ...ref, size: 3, offset: 0, checksum: 'md5' as const, bytes: Buffer.from('abc') };
  assert.equal(encodeChunk(chunk).value, chunk.bytes);
  assert.throws(() => encodeChunk({ ...chunk, checksum: 'md4' as 'md5' }), FormatError);
  assert.throws(() => encodeChunk({ ...chunk, offset: 1 }), FormatError);
  assert.throws(() => encodeChunk({ ...chunk, bytes: Buffer.alloc(0) }), FormatError);
  const entry = {
    path: 'a',
    upload: ref.upload,
    size: 1,
    digest: `md5:${'0'.repeat(32)}`,
    mtime: '0',
    mode: 0o644,
  };
  const pack = (count: number, bytes: number) =>
    encodePack('shop', Array(count).fill(entry), [Buffer.alloc(bytes)]);
  assert.throws(() => pack(2, 1), /do not add up/);
  assert.throws(() => pack(2, 3), /do not add up/);
  assert.throws(() => pack(packFilesLimit + 1, packFilesLimit + 1), /10001 files in a pack, 10000 at most/);
  const full = decodeFileRecord(consumed(pack(packFilesLimit, packFilesLimit)));
  assert.ok(full?.kind === 'pack' && full.files.length === packFilesLimit);
  assert.throws(() => encodePack('.shop', [], []), FormatError);
  assert.throws(() => encodeAbort({ ...ref, uploader: 'a/b', reason: '' }), FormatError);
  assert.throws(() => encodeAbort({ ...ref, path: '', reason: '' }), FormatError);
  const facts = { size: 1, digest: entry.digest, mtime: '0', mode: 0o7777 };
  encodeClose({ ...ref, ...facts });
  for (const fault of [
    { mode: 0o10000 },
    { mode: -1 },
    { mode: 0.5 },
    { mtime: 'now' },
    { size: -1 },
    { size: 2 ** 53 },
  ])
    assert.throws(() => encodeClose({ ...ref, ...facts, ...fault }), FormatError, JSON.stringify(fault));
});

test('A reason has 500 characters at most, and none of the value stands for it', () => {
  const record = encodeAbort({ uploader: 'u', path: 'p', upload: '0'.repeat(32), reason: 'x'.repeat(600) });
  const read = decodeFileRecord(consumed(record));
  assert.ok(read?.kind === 'abort' && read.reason === 'x'.repeat(500));
  assert.equal((record.value as Uint8Array).length, 0);
});
