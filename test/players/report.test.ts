/** The table: what plays, what stands with its reason, what fails; and its place in a page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf } from './judge.ts';
import type { Played } from './matrix.ts';
import { programPlayer } from './programs/program.ts';
import { placed, report, verdictOf } from './report.ts';

const expected = { rate: 30, has: () => true, aspect: 16 / 9 };
const nothing = { sights: [], seconds: 0, asked: 12, refused: 0, lasted: 10 };

const played = (player: string, faults: readonly string[], alone = false): Played => ({
  ...{ player, input: 'odd', faults, alone, refused: 0 },
  figures: { ...figuresOf(nothing, expected), share: 0.987 },
});
const cells = [
  played('good', []),
  played('slow', [], true),
  played('known', ['shows nothing'], true),
  played('bad', ['shows nothing']),
];
const reasonFor = (player: string) =>
  ['known', 'good'].includes(player) ? 'it has no decoder for it' : undefined;

test('who plays, who stands with its reason, who fails', () => {
  assert.deepEqual(
    cells.map((cell) => verdictOf(cell, reasonFor)),
    ['plays', 'plays', 'stands', 'fails'],
  );
  const text = report({
    ...{ played: cells, players: ['good', 'slow', 'known', 'bad'], reasonFor, seconds: 12 },
    inputs: [{ name: 'odd', about: 'an odd input' }],
    versions: new Map([['good', '1.2.3']]),
    date: new Date('2026-11-29T12:00:00Z'),
  });
  assert.match(text, /^Of 2026-11-29\. /);
  assert.match(text, /\| odd \| 99 %, 1\.2\/s \| 99 %, 1\.2\/s \* \|/);
  assert.match(text, /\| odd \| stands \[1\] \| \*\*no\*\* \[2\] \|/);
  assert.match(text, /- \[1\] it has no decoder for it\n- \[2\] shows nothing/);
  assert.match(text, /good 1\.2\.3/);
});

test('a report has its place in a page', () => {
  const page = 'before\n<!-- test:players begins -->\nold\n<!-- test:players ends -->\nafter\n';
  const marked = placed(page, 'new');
  assert.match(marked, /^before\n.*begins -->\n\nnew\n\n<.*ends -->\nafter\n$/);
  assert.equal(placed(marked, 'new'), marked);
  assert.equal(placed('a page', 'new'), 'new\n');
});

test('a player that is not there says how to get it', async () => {
  const player = programPlayer({
    ...{ name: 'nobody', address: 'index.m3u8', command: 'sluice-test-no-such-player', pictures: 'stdout' },
    ...{ args: () => [], versionArgs: ['--version'], versionPattern: /(\d+)/ },
  });
  await assert.rejects(player.version(), /^Error: nobody is not installed: run scripts\/setup-players$/);
});
