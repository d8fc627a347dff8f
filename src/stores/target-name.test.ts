import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyPath, anyUploader } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { foldedName, type NameRules, targetName } from './target-name.ts';

function windows(path: string): string {
  return written(path, 'windows');
}

function written(path: string, rules: NameRules): string {
  const name = targetName('u', path, rules);
  assert.ok('target' in name);
  return name.target.slice(2);
}

test('On POSIX systems a file stands under its own name, below its uploader’s', () => {
  for (const path of ['a', 'a/b', 'C:', 'CON', 'x.', 'línea\nnueva', 'back\\slash', '%41']) {
    assert.deepEqual(targetName('shop', path, 'posix'), { target: `shop/${path}` });
  }
});

test('Names in HDFS have no colons', () => {
  assert.deepEqual(targetName('shop', 'a%b\\c', 'hdfs'), { target: 'shop/a%b\\c' });
  for (const [uploader, path] of [
    ['shop', 'a:b'],
    ['shop', 'C:/a'],
    ['sh:op', 'a'],
  ] as const)
    assert.ok('refused' in targetName(uploader, path, 'hdfs'), path);
});

test('Names that leave the folder, or are none, are refused everywhere', () => {
  for (const rules of ['posix', 'windows', 'azure', 'hdfs'] as const) {
    for (const path of [
      '',
      '/',
      '/etc/passwd',
      '..',
      '../a',
      'a/../..',
      'a//b',
      'a\0',
      'n'.repeat(256),
      '\ud800',
    ]) {
      assert.ok('refused' in targetName('shop', path, rules), JSON.stringify(path));
    }
    for (const uploader of ['', '..', '.', '.sluice', 'a/b', '/', 'a\0']) {
      assert.ok('refused' in targetName(uploader, 'a', rules), JSON.stringify(uploader));
    }
  }
});

test('What Windows refuses is written with %XX', () => {
  const table: readonly (readonly [path: string, target: string])[] = [
    ['plain.txt', 'plain.txt'],
    ['a:b', 'a%3Ab'],
    ['C:', 'C%3A'],
    ['C:/Windows', 'C%3A/Windows'],
    ['back\\slash', 'back%5Cslash'],
    ['..\\..\\up', '..%5C..%5Cup'],
    ['<>"|?*', '%3C%3E%22%7C%3F%2A'],
    ['line\nfeed', 'line%0Afeed'],
    ['100%', '100%25'],
    ['%41', '%2541'],
    ['dot.', 'dot%2E'],
    ['dots...', 'dots..%2E'],
    ['space ', 'space%20'],
    ['inner space.txt', 'inner space.txt'],
    ['CON', '%43ON'],
    ['con', '%63on'],
    ['con.txt', '%63on.txt'],
    ['con .txt', '%63on .txt'],
    ['con/nul', '%63on/%6Eul'],
    ['COM1', '%43OM1'],
    ['com¹.log', '%63om¹.log'],
    ['LPT9.x.y', '%4CPT9.x.y'],
    ['CONIN$', '%43ONIN$'],
    ['conout$.txt', '%63onout$.txt'],
    ['console', 'console'],
    ['com', 'com'],
    ['com10', 'com10'],
    ['nulls', 'nulls'],
    ['SLUICE~1', 'SLUICE%7E1'],
    ['backup~', 'backup~'],
  ];
  for (const [path, target] of table) assert.equal(windows(path), target);
  // A short name of the sink's own folder, which Windows makes by itself.
  assert.deepEqual(targetName('SLUICE~1', 'journal.db', 'windows'), { target: 'SLUICE%7E1/journal.db' });
});

test('On Windows the original name can be had back, and no two names meet', () => {
  fc.assert(
    fc.property(anyUploader, anyPath, (uploader, path) => {
      const name = targetName(uploader, path, 'windows');
      assert.ok('target' in name);
      assert.equal(decodeURIComponent(name.target), `${uploader}/${path}`);
      for (const segment of name.target.split('/')) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
        assert.ok(!/[\u0000-\u001f<>:"\\|?*]|[. ]$/.test(segment), segment);
        assert.ok(!/^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i.test(segment), segment);
      }
    }),
    { numRuns: 200 },
  );
});

test('What blobs cannot be called is written with %XX, and all else as it is', () => {
  const table: readonly (readonly [path: string, target: string])[] = [
    ['plain.txt', 'plain.txt'],
    ['a b+c%20&?#.jpg', 'a b+c%20&?#.jpg'],
    ['100%', '100%'],
    ['C:', 'C:'],
    ['dot.', 'dot%2E'],
    ['dots...', 'dots%2E%2E%2E'],
    ['folder./a..b', 'folder%2E/a..b'],
    ['back\\slash', 'back%5Cslash'],
    ['line\nfeed\x7f\u0085', 'line%0Afeed%7F%85'],
    ['back%5Cslash', 'back%255Cslash'],
    ['dot%2E', 'dot%252E'],
    ['dot%2e', 'dot%2e'],
    ['%255C', '%25255C'],
  ];
  for (const [path, target] of table) assert.equal(written(path, 'azure'), target);
  const original = (target: string): string =>
    target.replace(/%(25|2E|5C|7F|[0189][0-9A-F])/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  fc.assert(
    fc.property(anyPath, (path) => {
      const target = written(path, 'azure');
      assert.equal(original(target), path);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      const refused = /[\u0000-\u001f\u007f-\u009f\\]|\.$/;
      assert.ok(!target.split('/').some((segment) => refused.test(segment)), target);
    }),
    { numRuns: 200 },
  );
});

test('Names that a careless file system takes for one', () => {
  const pairs = [
    ['Readme', 'README'],
    ['caf\u00e9', 'cafe\u0301'],
    ['CAF\u00c9', 'cafe\u0301'],
    ['\u212bngstr\u00f6m', '\u00c5NGSTR\u00d6M'],
  ] as const;
  for (const [one, other] of pairs) assert.equal(foldedName(one), foldedName(other));
  assert.notEqual(foldedName('a'), foldedName('b'));
  assert.notEqual(foldedName('a/b'), foldedName('ab'));
});
