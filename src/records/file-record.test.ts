import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  anyAlgorithm,
  anyBytes,
  anyDigest,
  anyLook,
  anyRef,
  anySize,
} from '../../test/support/arbitraries.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { checksumAlgorithms } from './checksum.ts';
import { chunkHeaders, decodeFileRecord, encodeAbort, encodeClose, encodePack } from './file-record.ts';

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
  const kinds = fc.constantFrom('chunk', 'close', 'abort', 'pack');
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
