import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import {
  anyAlgorithm,
  anyAttributes,
  anyDigest,
  anyPath,
  anyTime,
  anyUploadId,
} from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { digestOf } from './checksum.ts';
import type { FileRecord } from './file-record.ts';
import { keyedDigest } from './keyed-digest.ts';
import { NamesKey } from './names-key.ts';
import { openSealed } from './open-sealed.ts';
import * as seal from './seal-record.ts';
import type { WrappedKey } from './sealed-form.ts';
import { decodeTopicRecord } from './topic-record.ts';

const key: WrappedKey = { secret: Buffer.alloc(32, 7), key: 'QUJD', lock: 'REVG' };
const names = new NamesKey(Buffer.alloc(32, 9));
const bytes = new Uint8Array(Buffer.from('what nobody else is to read'));
const ref = { uploader: 'shop', path: 'a/b', upload: `${'0'.repeat(15)}1${'f'.repeat(16)}` };
const facts = { size: 1000, digest: digestOf('sha256', bytes), mtime: '17', mode: 0o644 };
const { sealAbort, sealClose } = seal;
/** What is encrypted is encrypted where it is: of copies. */
const sealChunk: typeof seal.sealChunk = (sealing, chunk, coded) =>
  seal.sealChunk(sealing, { ...chunk, bytes: chunk.bytes.slice() }, coded);
const sealPack: typeof seal.sealPack = (wrapped, uploader, entries, contents, code) =>
  seal.sealPack(
    wrapped,
    uploader,
    entries,
    contents.map((piece) => piece.slice()),
    code,
  );
const none = async (): Promise<undefined> => undefined;

function consumed({ headers = [], value }: NewRecord): ConsumedRecord {
  const pieces = value === null ? [] : value instanceof Uint8Array ? [value] : value;
  return {
    offset: 0,
    timestamp: 0,
    key: null,
    value: Buffer.concat(pieces),
    headers,
    headerCount: headers.length,
  };
}

/** Opens a copy. */
function open(record: ConsumedRecord, secret = key.secret): FileRecord {
  const decoded = decodeTopicRecord({ ...record, value: Buffer.from(record.value!) });
  assert.equal(decoded?.kind, 'sealed');
  return openSealed(decoded, secret);
}

/** One record of each kind, with all that a record may have. */
async function someOfEach(): Promise<ConsumedRecord[]> {
  const sealing = { key, path: names.pathOf(ref.uploader, ref.path) };
  const entry = { path: ref.path, upload: ref.upload, ...facts, size: bytes.length };
  const records = [
    sealChunk(sealing, { ...ref, size: 1000, offset: 40, checksum: 'sha256', bytes }),
    sealClose(sealing, { ...ref, ...facts }),
    sealAbort(sealing, { ...ref, reason: 'it changed' }),
    await sealPack(key, 'shop', [entry], [bytes], none),
  ];
  return records.map(consumed);
}

test('What is sealed is opened as it was, whatever it is', async () => {
  const anyRef = fc.record({
    uploader: fc.constantFrom('shop', 'till 7'),
    path: anyPath,
    upload: anyUploadId,
  });
  const anyFacts = fc.record(
    { digest: anyDigest, mtime: anyTime, mode: fc.nat(0o7777), attributes: anyAttributes },
    { requiredKeys: ['digest', 'mtime', 'mode'] },
  );
  const any = fc.tuple(
    anyRef,
    anyFacts,
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.nat(1000),
    anyAlgorithm,
  );
  await fc.assert(
    fc.asyncProperty(
      any,
      fc.boolean(),
      fc.boolean(),
      async ([of, said, content, offset, checksum], isHidden, isCoded) => {
        const path = isHidden ? names.pathOf(of.uploader, of.path) : of.path;
        const sealing = { key, path };
        const size = offset + content.length;
        const coded = isCoded ? zstdCompressSync(content) : undefined;
        const chunk = { ...of, size, offset, checksum, bytes: content };
        const opened = open(consumed(sealChunk(sealing, chunk, coded)));
        assert.deepEqual(
          { ...opened, bytes: [...(opened as typeof chunk).bytes] },
          { kind: 'chunk', sealed: path, ...chunk, bytes: [...content] },
        );
        assert.deepEqual(open(consumed(sealClose(sealing, { ...of, ...said, size }))), {
          kind: 'close',
          sealed: path,
          ...of,
          ...said,
          size,
        });
        assert.deepEqual(open(consumed(sealAbort(sealing, { ...of, reason: 'so' }))), {
          kind: 'abort',
          sealed: path,
          ...of,
          reason: 'so',
        });
        const entry = { path: of.path, upload: of.upload, ...said, size: content.length };
        const packed = await sealPack(key, of.uploader, [entry], [content], async (value) =>
          isCoded ? zstdCompressSync(Buffer.concat(value)) : undefined,
        );
        const pack = open(consumed(packed));
        assert.ok(pack.kind === 'pack');
        assert.deepEqual(
          pack.files.map((file) => ({ ...file, bytes: [...file.bytes] })),
          [{ ...entry, bytes: [...content] }],
        );
      },
    ),
    { numRuns: 100, seed: 13 },
  );
});

test('Every byte that is changed, in a header or the value, is found; so are cuts and additions', async () => {
  for (const record of await someOfEach()) {
    const refuse = (changed: ConsumedRecord, what: string): void => {
      const read = (): FileRecord | undefined => {
        const decoded = decodeTopicRecord({ ...changed, value: Buffer.from(changed.value!) });
        return decoded?.kind === 'sealed' ? openSealed(decoded, key.secret) : decoded;
      };
      // What is not ours any more is passed over, and found to be missing.
      if (what === 'without sluice') assert.equal(read(), undefined);
      else assert.throws(read, FormatError, what);
    };
    refuse(
      { ...record, headers: record.headers.with(0, ['sluice', Buffer.from('1')]) },
      'as if it were in clear',
    );
    const value = record.value!;
    for (let at = 0; at < value.length; at++) {
      for (const bit of [1, 0x80]) {
        const other = Buffer.from(value);
        other[at]! ^= bit;
        refuse({ ...record, value: other }, `byte ${at} of the value`);
      }
      refuse({ ...record, value: value.subarray(0, at) }, `cut at ${at}`);
      refuse({ ...record, value: value.subarray(at + 1) }, `cut before ${at}`);
    }
    refuse({ ...record, value: Buffer.concat([value, Buffer.alloc(1)]) }, 'a byte more');
    for (const [index, [name, text]] of record.headers.entries()) {
      const without = record.headers.toSpliced(index, 1);
      refuse({ ...record, headers: without, headerCount: without.length }, `without ${name}`);
      for (let at = 0; at < text.length; at++) {
        const other = Buffer.from(text);
        other[at]! ^= 1;
        refuse({ ...record, headers: record.headers.with(index, [name, other]) }, `byte ${at} of ${name}`);
      }
      const more = Buffer.concat([text, Buffer.from('0')]);
      refuse(
        { ...record, headers: record.headers.with(index, [name, more]) },
        `${name}, and a character more`,
      );
    }
  }
});

test('A value in the place of another is found: of another offset, upload, file, size, kind, uploader or key', () => {
  const sealing = { key, path: ref.path };
  const chunk = { ...ref, size: 1000, offset: 0, checksum: 'sha256', bytes } as const;
  const first = consumed(sealChunk(sealing, chunk));
  const others = [
    sealChunk(sealing, { ...chunk, offset: bytes.length }),
    sealChunk(sealing, { ...chunk, upload: `${ref.upload.slice(0, -1)}0` }),
    sealChunk({ key, path: 'a/c' }, { ...chunk, path: 'a/c' }),
    sealChunk(sealing, { ...chunk, size: 1001 }),
    sealChunk(sealing, { ...chunk, uploader: 'ship' }),
    sealChunk({ ...sealing, key: { ...key, key: 'QUJE' } }, chunk),
    sealClose(sealing, { ...ref, ...facts }),
  ].map(consumed);
  for (const other of others) {
    assert.throws(() => open({ ...first, value: other.value }), FormatError);
    assert.throws(() => open({ ...other, value: first.value }), FormatError);
  }
  assert.throws(() => open(first, Buffer.alloc(32, 8)), /changed, moved or cut/);
  assert.equal(open(first).kind, 'chunk');
});

test('Content that expands to more than it says, or to less, is refused, and no more is made of it', () => {
  const sealing = { key, path: ref.path };
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000));
  const chunk = { ...ref, size: 1000, offset: 0, checksum: 'sha256', bytes } as const;
  assert.throws(() => open(consumed(sealChunk(sealing, chunk, bomb))), /cannot be expanded to its length/);
  const short = zstdCompressSync(bytes.subarray(1));
  assert.throws(() => open(consumed(sealChunk(sealing, chunk, short))), /holds 26 bytes, and says 27/);
});

test('The vectors of FORMAT.md', () => {
  const page = readFileSync(new URL('../../FORMAT.md', import.meta.url), 'utf8');
  const block = /## Vectors of encrypted records[\s\S]*?```json\n([\s\S]*?)```/.exec(page)?.[1];
  const vectors = JSON.parse(block!);
  const secret = Buffer.from(vectors.secret, 'hex');
  const keyOfNames = new NamesKey(Buffer.from(vectors.names, 'hex'));
  const plain = Buffer.from('hello, sluice\n');
  const digest = digestOf('sha256', plain);
  const stands = { uploader: 'shop', path: 'a/b.txt', upload: '000660b300000000aaaaaaaaaaaaaaaa' };
  const said = { size: 14, digest, mtime: '1790000000123456789', mode: 0o644 };
  const opened = (name: string): FileRecord => {
    const { headers, value } = vectors[name];
    const all = [...Object.entries<string>(headers), ['key', vectors.key] as const];
    const record = {
      headers: all.map(([header, text]) => [header, Buffer.from(text)] as const),
      value: Buffer.from(value, 'hex'),
    };
    return open(consumed(record), secret);
  };
  const hash = keyOfNames.pathOf('shop', 'a/b.txt');
  assert.equal(vectors.hidden.headers.path, hash);
  assert.equal(vectors.keyedDigest, keyedDigest(secret, digest));
  assert.deepEqual(opened('chunk'), {
    kind: 'chunk',
    ...stands,
    sealed: 'a/b.txt',
    size: 14,
    offset: 0,
    checksum: 'sha256',
    bytes: plain,
  });
  assert.deepEqual(opened('close'), { kind: 'close', ...stands, sealed: 'a/b.txt', ...said });
  assert.deepEqual(opened('hidden'), { kind: 'close', ...stands, sealed: hash, ...said });
  assert.deepEqual(opened('abort'), {
    kind: 'abort',
    ...stands,
    sealed: 'a/b.txt',
    reason: 'it changed while it was read',
  });
  const pack = opened('pack');
  const { uploader, ...entry } = { ...stands, ...said };
  assert.deepEqual(pack, { kind: 'pack', uploader, files: [{ ...entry, bytes: plain }], refused: [] });
});
