import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgressEvent } from '../shared/events.ts';
import { TransferFigures } from './transfer-figures.ts';

const progress: ProgressEvent = {
  ...{ type: 'progress', filesDone: 1, filesFailed: 0, filesOpen: 3, bytesDone: 10, bytesTotal: 40 },
  ...{ records: 5, wireBytes: 50, inFlight: [] },
};
const started = { type: 'started', name: 'till', topic: 'files', partitions: 4, place: '/out' } as const;

/** `name{label="value"}` -> value. */
async function read(figures: TransferFigures): Promise<Readonly<Record<string, number>>> {
  const all = await Promise.all(
    figures.figures.map(async ({ name, value }): Promise<readonly (readonly [string, number])[]> => {
      const found = await value();
      if (found === undefined) return [];
      if (typeof found === 'number') return [[name, found]];
      return found.map(([labels, number]) => [`${name} ${Object.values(labels).join(' ')}`, number]);
    }),
  );
  return Object.fromEntries(all.flat().map(([name, number]) => [name.replace('sluice_upload_', ''), number]));
}

test('Files, what waits and what failed, over several runs', async () => {
  const run = new TransferFigures('upload');
  assert.equal(run.unready(), 'it has not begun yet');
  const before = await read(run);
  assert.ok(!('last_success_timestamp_seconds' in before) && !('info till files' in before));
  assert.equal(before['failures_total not-sent'], 0, 'what may grow is there from the beginning');
  const open = ['open_files', 'open_bytes', 'oldest_open_seconds'];
  assert.deepEqual(
    open.filter((name) => name in before),
    [],
    'nobody has looked: 0 would say that nothing waits',
  );
  run.begin();
  run.see(started);
  run.see({ ...progress, oldestOpen: Date.now() - 60_000 });
  run.see({ type: 'not-sent', path: 'a', reason: 'busy', again: true });
  run.see({ type: 'not-sent', path: 'b', reason: 'busy', again: false });
  run.see({ type: 'not-sent', path: 'c', reason: 'busy', again: true });
  const sent = { upload: '1', digest: 'md5:0', resumedFrom: 0, seconds: 1 };
  run.see({ type: 'sent', path: 'c', size: 10, ...sent });
  run.see({ type: 'waiting', on: 'kafka', message: 'no broker answers' });
  assert.equal(run.unready(), 'no broker answers');
  const { oldest_open_seconds: oldest, last_success_timestamp_seconds: last, ...now } = await read(run);
  assert.ok(oldest !== undefined && oldest >= 60 && last !== undefined && last > 1e9);
  assert.deepEqual(now, {
    ...{ files_total: 1, bytes_total: 10, records_total: 5, wire_bytes_total: 50 },
    ...{ 'info till files': 1, running: 1, open_files: 3, open_bytes: 30, walk_held_up: 0 },
    ...{ 'waiting kafka': 1, 'waiting disk': 0, 'waiting source': 0, 'waiting sink': 0 },
    ...{ 'failures_total not-sent': 1, 'failures_total not-removed': 0 },
    ...{ 'failures_total deletions-refused': 0, parked_files: 2 },
  });
  run.end();
  assert.equal(run.unready(), undefined, 'it waits for its time');
  const between = await read(run);
  assert.deepEqual(
    open.map((name) => between[name]),
    [0, 0, 0],
  );
  run.begin();
  run.see(started);
  run.see({ ...progress, filesOpen: 0, bytesTotal: 10 });
  const later = await read(run);
  assert.deepEqual(
    [later.records_total, later.wire_bytes_total, later.files_total, later.open_files, later.parked_files],
    [10, 100, 1, 0, 0],
  );
  assert.equal(later['waiting kafka'], 0);
});
