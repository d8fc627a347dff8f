// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitrate, counted, lengthOf, precisely, roughly } from '../../../web/words.js';

test('lengths of time', () => {
  assert.deepEqual([0, 7.4, 59.6, 750, 3723].map(lengthOf), ['0:00', '0:07', '1:00', '12:30', '1:02:03']);
  assert.equal(lengthOf(-3), '0:00');
  const minute = 60_000;
  assert.deepEqual([0, minute, 59 * minute, 60 * minute, 47 * 60 * minute, 72 * 60 * minute].map(roughly), [
    'a moment',
    '1 minute',
    '59 minutes',
    '1 hour',
    '47 hours',
    '3 days',
  ]);
});

test('numbers', () => {
  assert.deepEqual([counted(1, 'viewer'), counted(1200, 'viewer')], ['1 viewer', '1,200 viewers']);
  assert.deepEqual([bitrate(800_000), bitrate(2_500_000)], ['800 kb/s', '2.5 Mb/s']);
  assert.deepEqual([precisely(0.654), precisely(12.34), precisely(240.2)], ['0.65 s', '12.3 s', '240 s']);
});
