/** Whoever writes asks what whoever reads asks: what comes out of an encoder, its decoder takes, and takes as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAlgorithm, anyDigest, anySourceFile, anyUploadId } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import {
  chunkHeaders,
  decodeFileRecord,
  encodeAbort,
  encodeChunk,
  encodeClose,
  encodeCopy,
  encodePack,
} from './file-record.ts';
import { decodeClaim, encodeClaim } from './live-claim.ts';
import { decodeIndexEntry, encodeIndexEntry, type IndexEntry } from './live-index.ts';
import { decodeLiveRecord, encodeLiveRecord, type LiveRecord } from './live-record.ts';
import {
  decodeStateRecord,
  encodeFileState,
  encodeLease,
  encodeOrigin,
  encodeReady,
} from './state-record.ts';

/** True when it was written, and read as it was; false when it was refused where it was to be written. */
function goesBothWays(
  encode: () => NewRecord,
  decode: (record: ConsumedRecord) => unknown,
  was: unknown,
): boolean {
  let record: NewRecord;
  try {
    record = encode();
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    return false;
  }
  assert.deepEqual(decode(consumed(record)), was);
  return true;
}

/** Numbers and texts as programs come to have them, of which most cannot stand in a record. */
const anyNumber = fc.oneof(
  fc.nat(100),
  fc.maxSafeNat(),
  fc.constantFrom(-1, 1.5, Number.NaN, 2 ** 53, 2 ** 63, Number.NEGATIVE_INFINITY),
);
const anyText = fc.oneof(
  fc.constantFrom(
    'shop',
    'cam1',
    '720p',
    '',
    '.',
    '..',
    '.x',
    'a/b',
    'a\0',
    '\ud800',
    'a'.repeat(300),
    'a\n',
  ),
  fc.string({ maxLength: 10 }),
);

test('Any file that a file system can hold: named in records that readers take, or refused before it is written', () => {
  fc.assert(
    fc.property(anySourceFile, anyUploadId, anyDigest, anyAlgorithm, (file, upload, digest, checksum) => {
      const { path, size, mtime, ctime, inode } = file;
      const ref = { uploader: 'shop', path, upload };
      const facts = { size, digest, mtime, mode: file.mode };
      const wrote = goesBothWays(() => encodeClose({ ...ref, ...facts }), decodeFileRecord, {
        kind: 'close',
        ...ref,
        ...facts,
      });
      const of = { upload: `${upload.slice(0, 31)}${upload.endsWith('0') ? '1' : '0'}`, path, partition: 3 };
      const copy = { ...ref, ...facts, of: { ...of, first: 7, last: 7 + Math.min(size, 9) } };
      goesBothWays(() => encodeCopy(copy), decodeFileRecord, { kind: 'copy', ...copy });
      const bytes = Buffer.alloc(Math.min(size, 3), 'x');
      const chunk = { ...ref, checksum, size, offset: size - bytes.length, bytes };
      if (size > 0)
        assert.equal(
          goesBothWays(() => encodeChunk(chunk), decodeFileRecord, { kind: 'chunk', ...chunk }),
          wrote,
        );
      const small = { path, upload, ...facts, size: bytes.length };
      const pack = () => encodePack('shop', [small], [bytes]);
      goesBothWays(pack, decodeFileRecord, {
        kind: 'pack',
        uploader: 'shop',
        files: [{ ...small, bytes }],
        refused: [],
      });
      const fingerprint = { size, mtime, ctime, inode };
      const state = {
        topic: 't',
        upload,
        state: 'sent',
        fingerprint,
        partition: 0,
        first: 1,
        last: 2,
        acked: size,
        digest,
      } as const;
      const told = { kind: 'file', uploader: 'shop', path, state: { v: 1, ...state } };
      assert.equal(
        goesBothWays(() => encodeFileState('shop', path, state), decodeStateRecord, told),
        wrote,
      );
      // What a path and its name's length allow is all that can be wrong with a file.
      assert.equal(wrote, Number.isSafeInteger(size));
    }),
    { numRuns: 1000 },
  );
});

test('Records of files made of anything', () => {
  const anything = fc.record({
    uploader: anyText,
    path: anyText,
    upload: fc.oneof(anyUploadId, anyText),
    size: fc.oneof(fc.nat(3), anyNumber),
    offset: anyNumber,
    digest: fc.oneof(anyDigest, anyText),
    mtime: fc.oneof(fc.maxSafeInteger().map(String), anyText),
    mode: anyNumber,
    reason: fc.string({ unit: 'binary', maxLength: 600 }),
  });
  fc.assert(
    fc.property(
      anything,
      fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
      ({ uploader, path, upload, size, offset, digest, mtime, mode, reason }, bytes) => {
        const ref = { uploader, path, upload };
        goesBothWays(() => encodeAbort({ ...ref, reason }), decodeFileRecord, {
          kind: 'abort',
          ...ref,
          reason: reason.slice(0, 500).toWellFormed(),
        });
        const facts = { size, digest, mtime, mode };
        goesBothWays(() => encodeClose({ ...ref, ...facts }), decodeFileRecord, {
          kind: 'close',
          ...ref,
          ...facts,
        });
        const chunk = { ...ref, checksum: 'md5', size, offset, bytes } as const;
        goesBothWays(() => encodeChunk(chunk), decodeFileRecord, { kind: 'chunk', ...chunk });
        goesBothWays(() => encodePack(uploader, [{ path, upload, ...facts }], [bytes]), decodeFileRecord, {
          kind: 'pack',
          uploader,
          files: [{ path, upload, ...facts, bytes }],
          refused: [],
        });
      },
    ),
    { numRuns: 1000 },
  );
  assert.throws(
    () => chunkHeaders({ uploader: 'shop', path: 'a', upload: 'x' }, 'md5', 2 ** 53, 0),
    FormatError,
  );
});

test('Records of state made of anything', () => {
  const { constantFrom, option, record } = fc;
  const anything = record({
    uploader: anyText,
    topic: anyText,
    pid: anyNumber,
    lasts: anyNumber,
    ends: fc.array(anyNumber, { maxLength: 3 }),
    boot: option(anyText, { nil: undefined }),
    state: constantFrom('sent', 'sending', 'aborted'),
    upload: fc.oneof(anyUploadId, anyText),
    first: anyNumber,
  });
  fc.assert(
    fc.property(anything, ({ uploader, topic, pid, lasts, ends, boot, state, upload, first }) => {
      const lease = { topic, owner: 'o', host: 'h', pid, lasts, ...(boot === undefined ? {} : { boot }) };
      goesBothWays(() => encodeLease(uploader, lease), decodeStateRecord, {
        kind: 'lease',
        uploader,
        lease: { v: 1, ...lease },
      });
      goesBothWays(() => encodeReady(uploader, { topic }), decodeStateRecord, {
        kind: 'ready',
        uploader,
        ready: { v: 1, topic },
      });
      goesBothWays(() => encodeOrigin({ topic, ends }), decodeStateRecord, {
        kind: 'origin',
        uploader: '',
        origin: { v: 1, topic, ends },
      });
      const file = {
        topic,
        upload,
        state,
        fingerprint: { size: first, mtime: '1', ctime: '', inode: '' },
        partition: first,
        first,
        last: first,
        acked: first,
      } as const;
      goesBothWays(() => encodeFileState(uploader, 'a', file), decodeStateRecord, {
        kind: 'file',
        uploader,
        path: 'a',
        state: { v: 1, ...file },
      });
    }),
    { numRuns: 1000 },
  );
});

test('Records of live video made of anything', () => {
  const anything = fc.record({
    stream: anyText,
    rendition: anyText.filter((name) => name !== '__proto__'),
    codecs: anyText,
    one: anyNumber,
    two: anyNumber,
    three: anyNumber,
    bytes: fc.uint8Array({ maxLength: 40 }),
    flag: fc.boolean(),
  });
  fc.assert(
    fc.property(anything, ({ stream, rendition, codecs, one, two, three, bytes, flag }) => {
      const numbered = { stream, epoch: one, sequence: 2, media: 3, ordinal: 4, discontinuities: 5 };
      const times = { timescale: one, time: two, duration: three, captured: 1 };
      const colours = { primaries: 1, transfer: three, matrix: 1 };
      const size = { width: 1, height: 1, frameRate: 1 };
      const facts = { codecs, ...size, bandwidth: one, averageBandwidth: two, ...(flag ? { colours } : {}) };
      const records: LiveRecord[] = [
        { kind: 'init', ...numbered, rendition, facts, targets: { part: two, segment: three } },
        {
          kind: 'part',
          ...numbered,
          rendition,
          part: one,
          chunk: two,
          lastChunk: flag,
          keyframe: flag,
          discontinuity: flag,
          ...times,
        },
        { kind: 'gap', ...numbered, discontinuity: flag, ...times },
        { kind: 'end', ...numbered },
      ];
      for (const record of records)
        goesBothWays(() => encodeLiveRecord(record, bytes), decodeLiveRecord, record);
      const common = { stream, epoch: one, media: two, discontinuities: three, captured: one };
      const entries: IndexEntry[] = [
        { kind: 'end', ...common },
        {
          kind: 'segment',
          ...common,
          discontinuity: flag,
          gap: flag,
          timescale: one,
          time: two,
          duration: three,
          ordinal: one,
          parts: two,
          first: three,
          next: one,
          sizes: { [rendition]: two },
        },
      ];
      for (const entry of entries) goesBothWays(() => encodeIndexEntry(entry), decodeIndexEntry, entry);
      const claim = {
        stream,
        state: 'live',
        epoch: one,
        owner: codecs,
        host: rendition,
        lasts: two,
        partition: three,
        began: one,
        media: two,
        discontinuities: three,
        offset: one,
        targets: { part: two, segment: three },
      } as const;
      goesBothWays(() => encodeClaim(claim), decodeClaim, claim);
    }),
    { numRuns: 1000 },
  );
});
