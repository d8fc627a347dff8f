import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgressEvent } from '../../files/shared/events.ts';
import { statusLines } from './lines.ts';
import { StatusKeeper } from './run-status.ts';

const now = Date.parse('2026-07-01T12:00Z');

function keeper(bandwidth?: number): StatusKeeper {
  return new StatusKeeper({ verb: 'upload', pid: 7, since: now - 65_000, bandwidth: () => bandwidth });
}

const progress: ProgressEvent = {
  type: 'progress',
  filesDone: 2,
  filesFailed: 1,
  filesOpen: 3,
  bytesDone: 10_000_000,
  bytesTotal: 30_000_000,
  records: 20,
  wireBytes: 10_000_000,
  inFlight: [{ path: 'film\u001b.bin', size: 20_000_000, done: 5_000_000 }],
};

test('a run says what is done, in flight, left, waited for and parked', () => {
  const run = keeper(2_000_000);
  run.begin();
  run.see({ type: 'started', name: 'till', topic: 'files', partitions: 4, place: '/out' }, 1000);
  run.see({ ...progress, bytesDone: 0 }, 2000);
  run.see(progress, 11_000);
  run.see({ type: 'waiting', on: 'kafka', message: 'no broker answers' }, 11_000);
  run.see({ type: 'not-sent', path: 'a', reason: 'it cannot be read', again: true }, 11_000);
  run.see({ type: 'not-sent', path: 'b', reason: 'it cannot be read', again: true }, 11_000);
  run.see(
    { type: 'sent', path: 'b', upload: '1', size: 1, digest: 'md5:0', resumedFrom: 0, seconds: 1 },
    11_000,
  );
  const status = run.status(11_000);
  assert.deepEqual(
    [status.running, status.name, status.topic, status.place, status.filesOpen, status.bandwidth],
    [true, 'till', 'files', '/out', 3, 2_000_000],
  );
  assert.deepEqual(status.parked, [{ path: 'a', reason: 'it cannot be read' }]);
  assert.deepEqual(status.waiting, [{ on: 'kafka', message: 'no broker answers' }]);
  assert.deepEqual(statusLines(status, now), [
    'upload  till  /out -> files  (process 7, for 1m 5s)',
    '  2 files, 10 MB done; 3 files, 20 MB left; 1 failed; 1.11 MB/s; limit 2 MB/s',
    '  in flight  film\\x1b.bin  5 MB of 20 MB',
    '  waiting    no broker answers',
    '  parked     a: it cannot be read',
  ]);
});

test('between two runs it says when the next one is, and what became of the last', () => {
  const run = keeper();
  run.scheduled({ type: 'next-run', at: now + 60_000 });
  assert.deepEqual(run.status(0).nextRun, now + 60_000);
  assert.match(statusLines(run.status(0), now)[1]!, /^ {2}next run {3}2026-07-01 \d\d:01:00, in 1m$/);
  run.begin();
  run.see(progress, 5);
  assert.equal(run.status(10).nextRun, undefined);
  run.end();
  run.scheduled({ type: 'run-skipped', due: now, count: 1, reason: 'too-late' });
  run.scheduled({ type: 'next-run', at: now + 120_000 });
  const { running, filesDone, inFlight, nextRun } = run.status(10);
  assert.deepEqual([running, filesDone, inFlight, nextRun], [false, 2, [], now + 120_000]);
});
