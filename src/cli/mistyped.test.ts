import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { excessText, meantBy } from './mistyped.ts';
import { createProgram } from './program.ts';

test('a verb that is not there is told, also where its help was asked for', () => {
  const table: readonly (readonly [written: string, meant: string])[] = [
    ['lst --help', 'lst'],
    ['help lst', 'lst'],
    ['live help publsh', 'live publsh'],
    ['ingest key ad -h', 'ingest key ad'],
    // What is there has its help, as it was asked for.
    ['--help', '--help'],
    ['help', 'help'],
    ['help upload', 'help upload'],
    ['live publish --help', 'live publish --help'],
    ['console --port 1 --help', 'console --port 1 --help'],
    ['cat a/b --help', 'cat a/b --help'],
    ['upload --from help', 'upload --from help'],
    // As other programs have it.
    ['version', '--version'],
    ['-v', '--version'],
    ['list -v', 'list -v'],
  ];
  const program = createProgram('0.0.0');
  for (const [written, meant] of table) {
    assert.equal(meantBy(program, written.split(' ')).join(' '), meant, written);
  }
});

test('a word without a flag is told with the flag that it wants', () => {
  const command = new Command('upload').option('--from <PLACE>').option('--topic <TOPIC>');
  const said = (words: string): string =>
    excessText(command, `error: too many arguments for 'upload'. ${words}.\n`);
  const expected = 'Expected 0 arguments but got';
  assert.equal(
    said(`${expected} 1: outbox`),
    'sluice: "outbox" has no flag before it: write --from outbox\n',
  );
  assert.match(said(`${expected} 1: a\u001b[2J`), /"a\\x1b\[2J"/);
  command.parse(['--from', 'a.jpg', '--topic', 'files'], { from: 'user' });
  assert.match(
    said(`${expected} 2: b.jpg, c.jpg`),
    /^sluice: "b\.jpg" has no flag before it: leave it out; .*quotes\n$/,
  );
  assert.equal(excessText(command, "error: unknown option '--x'\n"), "sluice: unknown option '--x'\n");
});
