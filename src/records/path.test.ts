import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { pathFault, uploaderFault } from './path.ts';

test('Paths that may stand in a record', () => {
  const table = [
    'a',
    'a/b/c.txt',
    '.hidden',
    '...',
    '..a/b..',
    ' ',
    'a b',
    'line\nfeed',
    'back\\slash',
    'C:',
    'CON',
    'trailing.',
    'é',
    'e\u0301',
    'фото/снимок.jpg',
    '写真',
    '👩‍👩‍👧‍👦.png',
    'a'.repeat(255),
    '€'.repeat(85),
    `${'a/'.repeat(2047)}aa`,
    '%00',
    '-rf',
    '\u202etxt.exe',
  ];
  for (const path of table) assert.equal(pathFault(path), undefined, JSON.stringify(path));
});

test('Paths that may not, and why', () => {
  const table: readonly (readonly [path: string, fault: RegExp])[] = [
    ['', /^the path is empty$/],
    ['/', /absolute/],
    ['/etc/passwd', /absolute/],
    ['a/', /empty segment/],
    ['a//b', /empty segment/],
    ['.', /"\." segment/],
    ['..', /"\.\." segment/],
    ['../a', /"\.\." segment/],
    ['a/../b', /"\.\." segment/],
    ['a/..', /"\.\." segment/],
    ['a/./b', /"\." segment/],
    ['a\0b', /NUL/],
    ['\0', /NUL/],
    ['\ud800', /Unicode/],
    ['a\udc00b', /Unicode/],
    ['a'.repeat(256), /longer than 255 bytes/],
    ['€'.repeat(86), /longer than 255 bytes/],
    [`x/${'a'.repeat(256)}/y`, /longer than 255 bytes/],
    [`${'a/'.repeat(2048)}a`, /longer than 4096 bytes/],
  ];
  for (const [path, fault] of table) assert.match(pathFault(path) ?? 'none', fault, JSON.stringify(path));
});

test('Names of uploaders', () => {
  for (const name of ['a', 'shop 7', 'till-3.example.org', 'Büro', '店', 'a'.repeat(128), 'CON']) {
    assert.equal(uploaderFault(name), undefined, name);
  }
  const refused = [
    '',
    '.',
    '..',
    '.sluice',
    '.a',
    '/',
    'a/b',
    '/a',
    'a\0',
    'a\n',
    '\u007f',
    'a'.repeat(129),
    '\ud800',
  ];
  assert.equal(uploaderFault(''), 'the name is empty');
  assert.equal(uploaderFault('..'), 'the name has a ".." segment');
  for (const name of refused) assert.ok(uploaderFault(name) !== undefined, JSON.stringify(name));
});

test('Whatever is allowed stays below the folder that it is joined to', () => {
  const text = fc.string({
    unit: fc.constantFrom('.', '/', '..', '\0', '\\', 'a', '\ud800', '~', ' ', '\n'),
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, (path) => {
      fc.pre(pathFault(path) === undefined);
      const resolved = new URL(`file:///root/${path.split('/').map(encodeURIComponent).join('/')}`).pathname;
      assert.ok(resolved.startsWith('/root/') && resolved.length > '/root/'.length);
    }),
  );
});
