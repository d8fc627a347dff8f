// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { split, visible, webLink } from '../../../web/console/strangers.js';
import {
  ago,
  bitRate,
  counted,
  exactly,
  isoOf,
  perCent,
  precisely,
  rate,
  shortAgo,
  shortSpan,
  size,
  span,
  when,
} from '../../../web/console/words.js';

test('console: sizes in steps of a thousand, with three digits at most', () => {
  /** @type {readonly (readonly [number, string])[]} */
  const rows = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1337, '1.34 kB'],
    [12_345, '12.3 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [2_000_000_000, '2 GB'],
    [412e9, '412 GB'],
    [3e18, '3000 PB'],
    [-5, '0 B'],
  ];
  for (const [bytes, words] of rows) assert.equal(size(bytes), words);
  assert.equal(rate(12_400_000), '12.4 MB/s');
  assert.deepEqual([bitRate(100_000), bitRate(640_000)], ['800 kb/s', '5.1 Mb/s']);
});

test('console: times in words', () => {
  assert.deepEqual([0, 1, 89, 90, 3600 * 1.6, 47 * 3600, 72 * 3600].map(span), [
    '0 seconds',
    '1 second',
    '89 seconds',
    '2 minutes',
    '2 hours',
    '47 hours',
    '3 days',
  ]);
  assert.deepEqual([5, 600, 7200, 500_000].map(shortSpan), ['5 s', '10 min', '2 h', '6 d']);
  assert.deepEqual(
    [ago(1000, 3000), ago(0, 240_000), shortAgo(0, 240_000)],
    ['just now', '4 minutes ago', '4 min ago'],
  );
  assert.equal(ago(9000, 1000), 'just now', "the server's clock may be ahead");
  assert.deepEqual([precisely(0.654), precisely(12.34), precisely(240.2)], ['0.65 s', '12.3 s', '240 s']);
});

test('console: nothing is at 100 per cent before all of it is there', () => {
  assert.deepEqual(
    [perCent(0, 10), perCent(5, 10), perCent(999_999, 1_000_000), perCent(10, 10), perCent(0, 0)],
    [0, 50, 99, 100, 0],
  );
  assert.deepEqual([counted(1, 'file'), counted(2000, 'file')], ['1 file', '2,000 files']);
});

test('console: what would not be seen in a name, or turn it round, is seen', () => {
  /** @type {readonly (readonly [string, string])[]} */
  const rows = [
    ['annex\u202egpj.exe', 'annex\\u202egpj.exe'],
    ['a\u0000b\tc\nd\u009b', 'a\\x00b\\x09c\\x0ad\\x9b'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['\u2066isolate\u2069', '\\u2066isolate\\u2069'],
    ['half\ud800', 'half\\ud800'],
    ['tags\u{e0041}', 'tags\\u{e0041}'],
    ['filler\u3164\u115f', 'filler\\u3164\\u115f'],
    ['a\ufe0f ❤\ufe0f', 'a\\ufe0f ❤\ufe0f'],
    ['Bericht für März – 東京.pdf', 'Bericht für März – 東京.pdf'],
    ['👍', '👍'],
  ];
  for (const [name, seen] of rows) assert.equal(visible(name), seen);
  assert.deepEqual(split('a/b/c.txt'), { folder: 'a/b/', name: 'c.txt' });
  assert.deepEqual(split('c.txt'), { folder: '', name: 'c.txt' });
});

test('console: only links into the web are links', () => {
  const base = 'https://console.example/console/';
  assert.equal(webLink('/?stream=cam', base), 'https://console.example/?stream=cam');
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'http://[', undefined])
    assert.equal(webLink(bad, base), undefined);
});

test('console: a time that no calendar has is no fault of the page', () => {
  for (const time of [1e300, -9e15, NaN])
    assert.deepEqual([exactly(time), when(time, 0), isoOf(time)], ['no date', 'no date', undefined]);
  assert.equal(isoOf(0), '1970-01-01T00:00:00.000Z');
});
