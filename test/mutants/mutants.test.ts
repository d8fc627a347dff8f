/** The tool itself: on code of which it is known what its tests notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SourceFacts } from '../house/source.ts';
import { shareOf, tryRoom } from './campaign.ts';
import { coveringTests } from './covering.ts';
import { equivalents, isAbout } from './equivalent.ts';
import { applied, type Mutant } from './mutant.ts';
import { readMutants } from './project.ts';
import { isIn, rooms, roomsOf } from './rooms.ts';

const folder = fileURLToPath(new URL('../../', import.meta.url));
const facts = (path: string, imports: readonly string[]): SourceFacts => ({
  path,
  imports,
  lines: 1,
  globals: [],
});

test('Mutants that a test notices are killed, endless ones too, and the others are named', async () => {
  const place = 'test/mutants/fixture';
  const files = [
    facts(`${place}/bounded.ts`, []),
    facts(`${place}/bounded.test.ts`, ['node:test', './bounded.ts']),
  ];
  const told: Mutant[] = [];
  const account = await tryRoom(
    { name: 'fixture', source: [`${place}/`] },
    { folder, files, atOnce: 1, leastMs: 700, onSurvivor: (mutant) => told.push(mutant) },
  );
  const changes = told.map(({ line, change }) => `${line}: ${change}`);
  assert.deepEqual(changes, ['5: < -> <=', '6: value > high -> false', '6: > -> >=']);
  const [file] = account.files;
  assert.deepEqual(file!.survivors, told);
  assert.ok(file!.endless > 0, 'a loop without end is noticed');
  assert.ok(file!.killed > 12, `${file!.killed} killed`);
  assert.equal(shareOf(account.files), (100 * file!.killed) / (file!.killed + 3));
});

test('A mutant is one change of the text', () => {
  const mutant = { path: 'a', start: 2, end: 3, replacement: '>=', line: 1, lineText: '', change: '' };
  assert.equal(applied(mutant, 'a < b'), 'a >= b');
});

test('The tests of a file are those that load it, however many files lie between', () => {
  const files = [
    facts('src/a/deep.ts', []),
    facts('src/a/middle.ts', ['./deep.ts']),
    facts('src/a/middle.test.ts', ['./middle.ts']),
    facts('src/a/other.test.ts', ['./other.ts']),
    facts('src/b/far.test.ts', ['../a/deep.ts']),
  ];
  const near = coveringTests('src/a/deep.ts', files, (path) => isIn(path, ['src/a/']));
  assert.deepEqual(near, ['src/a/middle.test.ts']);
});

test('Rooms go by their names, and what is no name is a folder or a file', () => {
  assert.deepEqual(roomsOf([]), rooms);
  assert.equal(
    roomsOf(['hls'])[0],
    rooms.find(({ name }) => name === 'hls'),
  );
  assert.deepEqual(roomsOf(['src/live/read'])[0]!.source, ['src/live/read/']);
  assert.deepEqual(roomsOf(['src/live/read/start.ts'])[0]!.tests, ['src/live/read/']);
});

test('What is told to be equivalent is a mutant of the code as it is', () => {
  const mutants = readMutants(folder, [...new Set(equivalents.map(({ path }) => path))]);
  const stale = equivalents.filter((one) => !mutants.get(one.path)!.some((mutant) => isAbout(one, mutant)));
  assert.deepEqual(stale, []);
});
