import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barLine } from './display.ts';

const total = { files: 4, bytes: 1000 };
const tables = [
  [
    { files: 0, bytes: 0, seconds: 0 },
    'Sending    ──────────────────────────────    0 %       0 B              0 of 4 files',
  ],
  [
    { files: 2, bytes: 500, seconds: 2 },
    'Sending    ━━━━━━━━━━━━━━━───────────────   50 %     500 B     250 B/s  2 of 4 files',
  ],
  [
    { files: 4, bytes: 1000, seconds: 2 },
    'Sending    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100 %      1 kB     500 B/s  4 of 4 files',
  ],
] as const;

for (const [side, expected] of tables) {
  test(`a bar at ${side.bytes} of ${total.bytes} bytes`, () => {
    assert.equal(barLine('Sending', side, total, 100), expected);
  });
}

test('bytes that were sent again do not make the bar longer than it is', () => {
  const line = barLine('Sending', { files: 4, bytes: 2000, seconds: 1 }, total, 100);
  assert.equal(line.match(/━/g)?.length, 30);
  assert.match(line, / 100 %/);
});

test('a terminal of 80 columns has all of a line, and the bar gives way', () => {
  const demo = { files: 516, bytes: 285_000_000 };
  for (const files of [7, 516]) {
    const line = barLine('Receiving', { files, bytes: 137_000_000, seconds: 1.37 }, demo, 77);
    assert.equal(line.length, 77);
    assert.match(line, new RegExp(`${files} of 516 files$`));
  }
});
