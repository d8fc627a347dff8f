import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faultsPage, rowsOf, wrongFaults } from './faults.ts';
import { readRepository } from './repository.ts';

const repository = readRepository(fileURLToPath(new URL('../..', import.meta.url)));

test('each fault of the table has its tests, and defences that can be taken out', () => {
  const page = repository.find(({ path }) => path === faultsPage);
  assert.ok(rowsOf(page?.text ?? '').length > 40);
  assert.deepEqual(wrongFaults(repository), []);
});

test('what is not there is found', () => {
  const page = [
    '| fault | what must happen | proven by | taken out |',
    '|---|---|---|---|',
    '| all well | so | `a.test.ts > it works`<br>`a.test.ts > by this way` | `way-out` |',
    '| another name | so | `a.test.ts > it worked` | `way-out` |',
    '| no file, no entry | so | `b.test.ts > it works` | `way-in` |',
    '| nothing at all | so | some day | some day |',
    '| to come | so | nothing yet: there is none | – |',
  ].join('\n');
  const files = [
    { path: faultsPage, text: page },
    { path: 'a.test.ts', text: "test('it works', () => {});\ntest(`by this way`, () => {});" },
    { path: 'test/defects/entries/a.ts', text: "    name: 'way-out',\n" },
  ];
  assert.deepEqual(wrongFaults(files), [
    'there is no a.test.ts > it worked',
    'there is no b.test.ts > it works',
    'test/defects has no way-in',
    '"nothing at all" has no test',
    '"nothing at all" says nothing of a defence that was taken out',
  ]);
});
