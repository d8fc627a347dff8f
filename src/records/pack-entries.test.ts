/** Entries of a pack that are not as they must be, beside others that are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePack, type PackEntry, packFilesLimit } from './pack.ts';

const entry: PackEntry = {
  path: 'a/b.txt',
  upload: '0123456789abcdef0123456789abcdef',
  size: 3,
  digest: 'md5:900150983cd24fb0d6963f7d28e17f72',
  mtime: '1790000000000000000',
  mode: 0o644,
};

/** Of several entries, each with some of its fields changed. */
function decodeAll(changes: readonly unknown[], contents: string) {
  const entries = changes.map((change) =>
    typeof change === 'object' && change !== null && !Array.isArray(change)
      ? { ...entry, mode: '0644', ...change }
      : change,
  );
  const index = Buffer.from(`${JSON.stringify(entries)}\n`);
  const { files, refused } = decodePack(
    Buffer.concat([index, Buffer.from(contents)]),
    entries.length,
    index.length,
  );
  const found = files.map(({ path, bytes }) => `${path}=${Buffer.from(bytes)}`);
  return { found, refused: refused.map(({ path, upload, reason }) => [path, upload, reason.split(':')[0]]) };
}

const { upload } = entry;

test('One entry that does not say its size has what the others leave; of two nobody knows where they end', () => {
  const no = { size: undefined };
  assert.deepEqual(decodeAll([{ path: 'a' }, { path: 'b', ...no }, { path: 'c' }], 'aaab-bccc'), {
    found: ['a=aaa', 'c=ccc'],
    refused: [['b', upload, 'entry 1 of a pack']],
  });
  assert.deepEqual(decodeAll([{ path: 'a', ...no }, { path: 'c' }], 'ccc'), {
    found: ['c=ccc'],
    refused: [['a', upload, 'entry 0 of a pack']],
  });
  assert.deepEqual(
    decodeAll([{ path: 'a' }, { path: 'b', ...no }, { path: 'c', ...no }, { path: 'd' }], 'aaa'),
    {
      found: ['a=aaa'],
      refused: [
        ['b', upload, 'entry 1 of a pack'],
        ['c', upload, 'entry 2 of a pack'],
        ['d', upload, 'entry 3 of a pack'],
      ],
    },
  );
  // What stands between two such has no place, however many bytes there are.
  assert.deepEqual(decodeAll([no, { path: 'x' }, { path: 'c', ...no }], 'bbbxxxccc').found, []);
  // The others say more than there is.
  assert.deepEqual(decodeAll([{ path: 'a', ...no }, { path: 'c' }], 'cc').found, []);
});

test('Of an entry that is refused is told what is right in it', () => {
  const whose = (change: unknown) => decodeAll([change], 'abc').refused[0]!.slice(0, 2);
  assert.deepEqual(whose({ mode: '0' }), [entry.path, upload]);
  assert.deepEqual(whose({ path: '../a' }), [undefined, upload]);
  assert.deepEqual(whose({ path: 7 }), [undefined, upload]);
  assert.deepEqual(whose({ upload: 'x' }), [entry.path, undefined]);
  assert.deepEqual(whose({ upload: 7 }), [entry.path, undefined]);
  for (const change of [null, 7, 'a', []]) assert.deepEqual(whose(change), [undefined, undefined]);
  assert.equal(decodeAll([{ size: '3' }], 'abc').found.length, 0);
  assert.equal(decodeAll([{ size: -1 }], 'abc').found.length, 0);
});

test('Bytes of nobody are told by their number, behind what was found', () => {
  const { files, refused } = (() => {
    const index = Buffer.from(`[${JSON.stringify({ ...entry, mode: '0644' })}]\n`);
    return decodePack(Buffer.concat([index, Buffer.from('abc+nobody')]), 1, index.length);
  })();
  assert.equal(files.length, 1);
  assert.deepEqual(refused, [
    { path: undefined, upload: undefined, reason: '7 bytes of a pack belong to no file' },
  ]);
});

test('A pack of as many files as there may be, and of one more', () => {
  const index = Buffer.from(`[${Array(packFilesLimit).fill('0').join(',')}]\n`);
  assert.equal(decodePack(index, packFilesLimit, index.length).refused.length, packFilesLimit);
  assert.throws(
    () => decodePack(index, packFilesLimit + 1, index.length),
    /10001 files in a pack, 10000 at most/,
  );
});

test('An index that is no JSON, or no UTF-8, is told as that', () => {
  for (const index of [Buffer.from('[}\n'), Buffer.from('["\xff"]\n', 'latin1')])
    assert.throws(() => decodePack(index, 1, index.length), {
      message: 'the index of a pack is not JSON in UTF-8',
    });
});
