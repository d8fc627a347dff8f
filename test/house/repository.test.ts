import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brokenLinks, lostPages, machineTraces, readRepository } from './repository.ts';

const repository = readRepository(fileURLToPath(new URL('../..', import.meta.url)));

test('the repository is found', () => {
  assert.ok(repository.some(({ path }) => path === 'package.json'));
});

test('no file names a registry or a path of one machine', () =>
  assert.deepEqual(machineTraces(repository), []));
test('every link in the documents leads somewhere', () => assert.deepEqual(brokenLinks(repository), []));
test('every page can be found from README.md', () => assert.deepEqual(lostPages(repository), []));

test('registries and paths of one machine are found', () => {
  const host = ['registry.npmjs', 'org'].join('.');
  const folder = ['', 'work', 'main'].join('/');
  const files = [
    { path: 'a.json', text: `{ "resolved": "https://${host}/x" }` },
    { path: 'b.ts', text: `const a = 1;\nconst b = '${folder}/src';\n` },
    { path: 'c.ts', text: "const c = './work/main'; // and/or/tmp/x, ~/tmp/x" },
  ];
  assert.deepEqual(machineTraces(files), [`a.json names ${host}`, 'b.ts:2 holds a path of one machine']);
});

test('broken links are found, code and the web left alone', () => {
  const files = [
    {
      path: 'README.md',
      text: '# Some Name: it!\n[a](docs/a.md) [b](docs/b.md) [c](#some-name-it) [d](docs)',
    },
    {
      path: 'docs/a.md',
      text: '[up](../README.md#other) [web](https://example.org)\n```\n[x](y.md)\n```\n`[x](z.md)`',
    },
  ];
  assert.deepEqual(brokenLinks(files), [
    'README.md links to docs/b.md, which is not there',
    'docs/a.md links to README.md#other, which is not there',
  ]);
});

test('pages that nobody links to are found', () => {
  const files = [
    { path: 'README.md', text: '[a](docs/a.md), [decisions](docs/adr)' },
    { path: 'docs/a.md', text: '' },
    { path: 'docs/b.md', text: '[a](a.md)' },
    { path: 'docs/adr/1.md', text: '' },
  ];
  assert.deepEqual(lostPages(files), ['docs/b.md is linked from nowhere']);
});
