import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { edit, putBack } from './defect.ts';
import { defects } from './entries.ts';
import { commandOf, firstFault } from './finder.ts';
import { missed } from './missed.ts';
import { setApart } from './set-apart.ts';

const project = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(project, path), 'utf8');

test('Each defect can still be put back, and its texts still are code', () => {
  for (const defect of defects) {
    for (const [path, text] of putBack(defect, read)) assert.notEqual(text, read(path), defect.name);
  }
});

test('An edit that finds its place not at all, or twice, is an error that says so', () => {
  const with_ = (from: string) => ({
    ...{ name: 'moved', breaks: '', seekers: [], tests: [] },
    edits: [edit('a.ts', from, 'x')],
  });
  assert.deepEqual([...putBack(with_('two'), () => 'one two three')], [['a.ts', 'one x three']]);
  assert.throws(() => putBack(with_('four'), () => 'one two'), /moved cannot be put back any more/);
  assert.throws(() => putBack(with_('one'), () => 'one one'), /stands there twice/);
});

test('Each defect has a name of its own, and what is to find it is there', () => {
  const names = [...defects, ...setApart].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, seekers, tests } of defects) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)+$/);
    for (const finder of [...seekers, ...tests]) {
      const [file = '', title] = finder.split(' > ');
      if (!file.endsWith('.test.ts')) commandOf(finder, project);
      else {
        assert.ok(existsSync(join(project, file)), `${name}: there is no ${file}`);
        assert.ok(
          title === undefined || read(file).includes(title),
          `${name}: ${file} has no test "${title}"`,
        );
      }
    }
  }
});

test('What finders say of a fault is told in one line', () => {
  assert.equal(
    firstFault('seed 7 failed:\n    in the end: "a" is missing\nmore\n'),
    'seed 7 failed: in the end: "a" is missing',
  );
  assert.equal(firstFault('ok 1 - a\n    not ok 2 - inner\nnot ok 2 - outer\n'), 'outer: inner');
  assert.equal(firstFault('3 committed records were lost\n\n'), '3 committed records were lost');
});

test('What no seeker finds is among the defects, once', () => {
  assert.equal(new Set(missed).size, missed.length);
  const names = new Set(defects.map(({ name }) => name));
  assert.deepEqual(
    missed.filter((name) => !names.has(name)),
    [],
  );
});
