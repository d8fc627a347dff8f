import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyBytes, anyDigest, anyLook, anyRef } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import {
  decodePack,
  type PackEntry,
  packEntryText,
  packFilesLimit,
  packIndex,
  packIndexLength,
} from './pack.ts';

const entry: PackEntry = {
  path: 'a/b.txt',
  upload: '0123456789abcdef0123456789abcdef',
  size: 3,
  digest: 'md5:900150983cd24fb0d6963f7d28e17f72',
  mtime: '1790000000000000000',
  mode: 0o644,
};

function refused(index: string | Uint8Array, files: number, contents = 'abc', length?: number): void {
  const bytes = Buffer.from(index);
  const value = Buffer.concat([bytes, Buffer.from(contents)]);
  let refusals = 0;
  try {
    refusals = decodePack(value, files, length ?? bytes.length).refused.length;
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    refusals = 1;
  }
  assert.equal(refusals, 1, String(index).slice(0, 80));
}

/** The index of one entry, with some of its fields changed; undefined leaves a field out. */
function indexWith(changes: Readonly<Record<string, unknown>>): string {
  const fields = { ...entry, mode: '0644', ...changes };
  return `[${JSON.stringify(fields)}]\n`;
}

test('What is said of a bad entry is short, however long what it says is', () => {
  const index = Buffer.from(indexWith({ path: 'p'.repeat(1_000_000), size: -1 }));
  const { refused } = decodePack(Buffer.concat([index, Buffer.from('abc')]), 1, index.length);
  assert.ok(refused.every(({ reason }) => reason.length < 300));
});

test('The index is one line of JSON that any language can read', () => {
  const index = packIndex([packEntryText(entry), packEntryText({ ...entry, path: 'line\nfeed' })]);
  const text = Buffer.from(index).toString();
  assert.equal(text.indexOf('\n'), text.length - 1);
  assert.deepEqual(JSON.parse(text)[0], { ...entry, mode: '0644' });
});

test('The length of an index is known from the lengths of its entries', () => {
  const entries = fc.array(
    fc.tuple(anyRef, anyDigest, anyLook).map(([{ path, upload }, digest, look]) => ({
      ...entry,
      path,
      upload,
      digest,
      ...look,
    })),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(entries, (all) => {
      const texts = all.map(packEntryText);
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      assert.equal(packIndexLength(texts.length, bytes), packIndex(texts).length);
    }),
  );
});

test('The contents are views, not copies', () => {
  const index = packIndex([packEntryText(entry)]);
  const value = Buffer.concat([index, Buffer.from('abc')]);
  const [file] = decodePack(value, 1, index.length).files;
  assert.equal(file?.bytes.buffer, value.buffer);
});

test('An index whose length lies', () => {
  const index = packIndex([packEntryText(entry)]);
  const text = Buffer.from(index).toString();
  for (const length of [0, 1, index.length - 2, index.length + 1, index.length + 3]) {
    refused(text, 1, 'abc', length);
  }
  for (const length of [index.length + 4, 1_000_000_000, Number.MAX_SAFE_INTEGER]) {
    refused(text, 1, 'abc', length);
  }
});

test('Sizes that lie', () => {
  for (const size of [
    0,
    2,
    4,
    1e9,
    Number.MAX_SAFE_INTEGER,
    2 ** 63,
    -1,
    1.5,
    '3',
    null,
    [3],
    {},
    undefined,
  ]) {
    refused(indexWith({ size }), 1);
  }
  const huge = packEntryText({ ...entry, size: 3 }).replace('"size":3', '"size":1e400');
  refused(`[${huge}]\n`, 1);
});

test('Counts that lie', () => {
  for (const files of [0, 2, 1_000_000_000, packFilesLimit + 1]) refused(indexWith({}), files);
  const many = Array.from({ length: packFilesLimit + 1 }, () => packEntryText({ ...entry, size: 0 }));
  refused(packIndex(many), many.length, '');
});

test('An index that is no list of entries', () => {
  const table = [
    '',
    '\n',
    'null\n',
    '{}\n',
    '"abc"\n',
    '[null]\n',
    '[1]\n',
    '[[]]\n',
    '[{}]\n',
    '[',
    '[}\n',
    `{"length":1,"0":${packEntryText(entry)}}\n`,
    `[${packEntryText(entry)},]\n`,
  ];
  for (const index of table) refused(index, 1);
});

test('Nested without end', () => {
  const deep = 500_000;
  refused(`${'['.repeat(deep)}${']'.repeat(deep)}\n`, 1, '');
  refused(`[${'{"path":'.repeat(deep)}1${'}'.repeat(deep)}]\n`, 1, '');
});

test('Fields that are missing or cannot be', () => {
  const table: Readonly<Record<string, readonly unknown[]>> = {
    path: [
      undefined,
      null,
      1,
      '',
      '/a',
      '../a',
      'a/../../b',
      'a\0',
      'x'.repeat(256),
      ['a'],
      { toString: 'a' },
    ],
    upload: [undefined, 1, '', 'x', '0'.repeat(33), '../../../etc/passwd00000000000000'],
    digest: [undefined, 1, '', 'md5', 'md5:', `md5:${'0'.repeat(33)}`, `crc32:${'0'.repeat(8)}`],
    mtime: [undefined, 1, '', 'now', '1.5', '9'.repeat(29)],
    mode: [undefined, 420, '', '644', '0999', '04755', '-777'],
  };
  for (const [field, values] of Object.entries(table)) {
    for (const value of values) refused(indexWith({ [field]: value }), 1);
  }
});

test('A path whose bytes are not UTF-8', () => {
  const index = Buffer.from(indexWith({ path: 'a?b' }));
  index[index.indexOf('a?b') + 1] = 0xff;
  refused(index, 1);
});

test('Bytes of nobody', () => {
  refused(indexWith({}), 1, 'abcd');
  refused('[]\n', 0, 'a');
  assert.deepEqual(decodePack(Buffer.from('[]\n'), 0, 3), { files: [], refused: [] });
});

test('An index that does not end with its line feed', () => {
  refused(indexWith({}).trimEnd(), 1);
});

/** Three entries, the one in the middle with some of its fields changed; undefined leaves a field out. */
function threeWith(changes: Readonly<Record<string, unknown>>) {
  const entries = ['a', 'b', 'c'].map((path, index) => {
    return { ...entry, path, mode: '0644', ...(index === 1 ? changes : {}) };
  });
  const index = Buffer.from(`${JSON.stringify(entries)}\n`);
  return decodePack(Buffer.concat([index, Buffer.from('aaabbbccc')]), 3, index.length);
}

test('An entry that breaks a rule is refused by its name, and its neighbours are not', () => {
  for (const [changes, name, reason] of [
    [{ mtime: 'once' }, 'b', /entry 1 of a pack: the modification time is "once"/],
    [{ mode: '7' }, 'b', /four octal digits/],
    [{ digest: 'md5:' }, 'b', /md5/],
    [{ path: '../b' }, undefined, /segment/],
    [{ upload: 7 }, 'b', /lacks/],
    [{ size: undefined }, 'b', /"b" has no valid size/],
    [{ size: -1 }, 'b', /"b" has no valid size/],
  ] as const) {
    const { files, refused: others } = threeWith(changes);
    assert.deepEqual(
      files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
      [
        ['a', 'aaa'],
        ['c', 'ccc'],
      ],
    );
    assert.deepEqual(
      others.map(({ path }) => path),
      [name],
    );
    assert.match(others[0]!.reason, reason);
  }
});

test('Sizes that lie take those behind them along, and none before', () => {
  const { files, refused: others } = threeWith({ size: 100 });
  assert.deepEqual([files.map(({ path }) => path), others.map(({ path }) => path)], [['a'], ['b', 'c']]);
});

test('Random bytes are refused by FormatError and nothing else', () => {
  const value = fc.oneof(
    anyBytes(60),
    fc.json().map((text) => Buffer.from(`${text}\n`)),
  );
  fc.assert(
    fc.property(value, fc.nat({ max: 80 }), fc.nat({ max: 3 }), (bytes, length, files) => {
      try {
        decodePack(bytes, files, length);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
