import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Contender, Row } from './contender.ts';
import { plot } from './plot.ts';
import { outcomeReport, pageReport } from './report.ts';
import { takeTurns } from './turns.ts';

/** One that takes so long in each of its runs; `NaN`: it fails. */
function contender(name: string, ...seconds: readonly number[]): Contender {
  let run = 0;
  return {
    name,
    async run() {
      const figure = seconds[run++]!;
      if (Number.isNaN(figure)) throw new Error('the link is down\nand more');
      return { [name]: figure };
    },
  };
}

function rowOf(...contenders: readonly Contender[]): Row {
  return { name: 'row', title: 'Over <a line>', unit: 'seconds', bytes: 10e6, contenders };
}

test('contenders begin in turn, and a failure of one leaves the others their figures', async () => {
  const said: string[] = [];
  const row = rowOf(contender('scp', 10, 20, 40), contender('sluice', 1, Number.NaN, 8));
  let before = 0;
  const outcome = await takeTurns(
    row,
    3,
    () => before++,
    (text) => said.push(text.split(':', 1)[0]!),
  );
  assert.equal(before, 6);
  assert.deepEqual(said, [
    ...['round 1, scp', 'round 1, sluice', 'round 2, sluice'],
    ...['round 2, scp', 'round 3, scp', 'round 3, sluice'],
  ]);
  assert.deepEqual([...outcome.figures.keys()], ['scp', 'sluice']);
  assert.deepEqual(outcome.figures.get('sluice'), [1, Number.NaN, 8]);
  assert.deepEqual(outcome.failures, ['round 2, sluice: the link is down']);
});

test('ratios are of the same round, and a round that failed does not count', async () => {
  const row = rowOf(contender('scp', 10, 20, 40), contender('sluice', 1, Number.NaN, 8));
  const outcome = await takeTurns(
    row,
    3,
    () => {},
    () => {},
  );
  const lines = outcomeReport(outcome).split('\n');
  assert.ok(lines.includes('| scp | 20.0 (10.0 to 40.0) | 1 | 0.500 |'), lines.join('\n'));
  assert.ok(
    lines.includes('| sluice | 4.50 (1.00 to 8.00) | 0.15 (0.10 to 0.20) | 2.22 |'),
    lines.join('\n'),
  );
  assert.ok(lines.includes('- failed: round 2, sluice: the link is down'));
});

test('the picture has a bar for each figure, words for what failed, and escapes what it is told', async () => {
  const outcome = await takeTurns(
    rowOf(contender('scp', 10), contender('sluice', 5)),
    1,
    () => {},
    () => {},
  );
  const failed = { ...outcome, figures: new Map([['sluice', [Number.NaN]]]) };
  const chart = {
    title: 'RTT',
    steps: ['10 ms', '20 ms'],
    curves: [{ name: 'scp', values: [1, 100] }],
  };
  const picture = plot('All', [outcome, failed], [chart]);
  assert.equal(picture.match(/<rect x=/g)?.length, 2);
  assert.match(picture, /Over &lt;a line&gt; \(seconds\)/);
  assert.match(picture, />failed</);
  assert.match(picture, /<polyline points="40\.0,220\.0 310\.0,40\.0"/);
});

test('what grows is a table of medians and their ratios', () => {
  const curves = [
    { name: 'scp', values: [1, 100] },
    { name: 'sluice upload', values: [2, Number.NaN] },
  ];
  const heading = { date: '', machine: '', rounds: 1, congestion: 'cubic', options: '', picture: '' };
  const page = pageReport(heading, [], [{ title: 'RTT', steps: ['10 ms', '20 ms'], curves }]);
  assert.match(page, /\| 10 ms \| 1\.00 \| 2\.00 \(2\.00\) \|\n\| 20 ms \| 100\.00 \| – \|/);
});
