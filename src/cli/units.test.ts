import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, parseDuration, parseSize, parseTime, sizeText } from './units.ts';

test('sizes', () => {
  const table: [string, number | undefined][] = [
    ['0', 0],
    ['65536', 65_536],
    ['65536B', 65_536],
    ['64KiB', 65_536],
    ['64kib', 65_536],
    ['64 KiB', 65_536],
    ['30MB', 30_000_000],
    ['1.5GB', 1_500_000_000],
    ['0.1KB', 100],
    ['2GiB', 2_147_483_648],
    ['1TB', 1_000_000_000_000],
    ['64K', undefined],
    ['0.5', undefined],
    ['1.0001KiB', undefined],
    ['-1', undefined],
    ['1e6', undefined],
    ['64XB', undefined],
    ['KB', undefined],
    ['', undefined],
    ['9999999TB', undefined],
  ];
  for (const [text, bytes] of table) assert.equal(parseSize(text), bytes, text);
});

test('durations', () => {
  const table: [string, number | undefined][] = [
    ['0', 0],
    ['500', 500],
    ['500ms', 500],
    ['5s', 5000],
    ['0.25s', 250],
    ['10m', 600_000],
    ['10 min', 600_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['2W', 1_209_600_000],
    ['5 seconds', undefined],
    ['1.5', undefined],
    ['0.0001s', undefined],
    ['s', undefined],
    ['-5s', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of table) assert.equal(parseDuration(text), expected, text);
});

test('times', () => {
  assert.equal(parseTime('2026-07-01T12:00Z'), Date.UTC(2026, 6, 1, 12));
  assert.equal(parseTime('2026-07-01T12:00:30.5+02:00'), Date.UTC(2026, 6, 1, 10, 0, 30, 500));
  assert.equal(parseTime('2026-07-01 12:00'), new Date(2026, 6, 1, 12).getTime());
  assert.equal(parseTime('2026-07-01'), new Date(2026, 6, 1).getTime());
  assert.equal(parseTime('1782900000000'), 1_782_900_000_000);
  for (const wrong of ['yesterday', '2026-13-01', '01.07.2026', '12:00', '5']) {
    assert.equal(parseTime(wrong), undefined, wrong);
  }
});

test('what is written can be read again', () => {
  const sizes: [number, string][] = [
    [0, '0'],
    [1000, '1KB'],
    [1024, '1KiB'],
    [262_144, '256KiB'],
    [16_777_216, '16MiB'],
    [1_048_588, '1048588'],
  ];
  for (const [bytes, text] of sizes) {
    assert.equal(sizeText(bytes), text);
    assert.equal(parseSize(text), bytes);
  }
  const durations: [number, string][] = [
    [50, '50ms'],
    [5000, '5s'],
    [300_000, '5m'],
    [90_000, '90s'],
    [604_800_000, '7d'],
  ];
  for (const [duration, text] of durations) {
    assert.equal(durationText(duration), text);
    assert.equal(parseDuration(text), duration);
  }
});
