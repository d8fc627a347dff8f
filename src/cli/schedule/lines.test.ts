import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from './lines.ts';
import type { ScheduleEvent } from './run-by-schedule.ts';

const at = Date.parse('2026-10-25T00:30Z');
const skipped: ScheduleEvent = { type: 'run-skipped', due: at, count: 1, reason: 'still-running' };

test('people are told of the next run by the clock of the zone', () => {
  const next: ScheduleEvent = { type: 'next-run', at };
  assert.equal(
    sentence(next, 'upload', 'Europe/Berlin', at - 90_000),
    'next upload at 2026-10-25 02:30:00, in 1m 30s',
  );
});

test('people are told of what was left out, and why', () => {
  assert.equal(
    sentence(skipped, 'upload', 'UTC'),
    'the upload of 2026-10-25 00:30:00 is left out: the one before took longer',
  );
  assert.equal(
    sentence({ ...skipped, count: 3, reason: 'too-late' }, 'download', 'UTC'),
    '3 downloads from 2026-10-25 00:30:00 on are left out: this machine was not awake',
  );
});
