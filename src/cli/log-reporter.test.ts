import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { ProgressEvent } from '../files/shared/events.ts';
import { createLogReporter, logEntry } from './log-reporter.ts';

test('an event as a log line', () => {
  assert.deepEqual(logEntry({ type: 'would-send', path: 'a', size: 1, reason: 'new' }), {
    level: 'info',
    fields: { path: 'a', size: 1, reason: 'new' },
    message: 'would send',
  });
  assert.deepEqual(logEntry({ type: 'waiting', on: 'disk', message: '5 GB are missing' }), {
    level: 'warn',
    fields: { on: 'disk' },
    message: '5 GB are missing',
  });
  assert.equal(logEntry({ type: 'not-sent', path: 'a', reason: 'changed', again: true }).level, 'warn');
  assert.equal(logEntry({ type: 'not-sent', path: 'a', reason: 'gone', again: false }).level, 'error');
});

test('a sign of life at most every 30 s, and only while something moves', () => {
  const lines: { msg: string }[] = [];
  const logger = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  let clock = 0;
  const reporter = createLogReporter('upload', logger, () => clock);
  const progress = (bytesDone: number): ProgressEvent => ({
    type: 'progress',
    filesDone: 0,
    filesFailed: 0,
    filesOpen: 1,
    bytesDone,
    bytesTotal: 100,
    records: 0,
    wireBytes: 0,
    inFlight: [],
  });
  for (const [at, bytesDone] of [
    [10_000, 1],
    [31_000, 2],
    [32_000, 3],
    [62_000, 4],
    [93_000, 4],
  ] as const) {
    clock = at;
    reporter.onEvent(progress(bytesDone));
  }
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['upload goes on', 'upload goes on'],
  );
});
