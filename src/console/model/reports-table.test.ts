import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { encodeClaim } from '../../records/live-claim.ts';
import { isAlive, ReportsTable, reportLimits, streamIn } from './reports-table.ts';
import { StreamsTable } from './streams-table.ts';

const topic = 'files.reports';

/** As anybody could write it. */
function written(key: string, value: object | null, timestamp = 0): ConsumedRecord {
  const json = value && Buffer.from(JSON.stringify({ v: 1, state: 'running', lasts: 60_000, ...value }));
  return { key: Buffer.from(key), value: json, timestamp, offset: 0, headers: [] } as never;
}

const names = (table: ReportsTable) => table.of('uploader').map(({ report }) => report.name);

test('Of runs that somebody makes up, those that were heard of last are kept, and no more than so many bytes', () => {
  assert.ok(reportLimits.bytes < 20e6 && reportLimits.runs <= 10_000);
  const table = new ReportsTable({ runs: 100, bytes: 100_000 });
  const failures = Array.from({ length: 20 }, (_, at) => ({
    ...{ path: `x/${'p'.repeat(90)}${at}`, state: 'failed', reason: 'r'.repeat(300), at },
  }));
  table.take(topic, written('uploader/till', { name: 'till' }), 1);
  for (let at = 0; at < 60; at++)
    table.take(topic, written(`uploader/big${at}`, { name: `big${at}`, failures }), 2);
  const { length } = names(table);
  assert.ok(length >= 8 && length < 15, `${length} of 9 kB each`);
  table.take(topic, written('uploader/till', { name: 'till' }), 3);
  assert.equal(names(table).at(-1), 'till');
  for (let at = 0; at < 100; at++) table.take(topic, written(`uploader/u${at}`, { name: `u${at}` }), 4);
  assert.deepEqual([names(table).length, names(table)[0]], [100, 'u0']);
  table.take(topic, written('uploader/till', { name: 'till' }), 5);
  assert.deepEqual([names(table).length, names(table).at(-1)], [100, 'till']);
  for (let at = 0; at < 100; at++) table.take(topic, written(`uploader/u${at}`, null), 6);
  assert.deepEqual(names(table), ['till']);
  assert.equal(table.failures.size, 0);
  for (let at = 0; at < 100; at++) table.take(topic, written(`uploader/u${at}`, { name: `u${at}` }), 7);
  table.clear('live.reports');
  assert.equal(names(table).length, 100);
  table.clear(topic);
  assert.deepEqual(names(table), []);
});

test('Who runs is judged by when it was heard of, whatever its clock and its word', () => {
  const table = new ReportsTable();
  const now = Date.now();
  table.take(topic, written('uploader/slow', { name: 'slow' }, now - 86_400_000), now);
  table.take(topic, written('uploader/fast', { name: 'fast' }, now + 86_400_000), now);
  table.take(topic, written('uploader/for-ever', { name: 'for-ever', lasts: Number.MAX_SAFE_INTEGER }), now);
  const alive = (at: number) =>
    table
      .of('uploader')
      .filter((run) => isAlive(run, at))
      .map(({ report }) => report.name);
  assert.deepEqual(alive(now + 59_000), ['slow', 'fast', 'for-ever']);
  assert.deepEqual(alive(now + 61_000), ['for-ever']);
  assert.deepEqual(alive(now + 3_600_001), []);
});

test('A stream that is called as something that all objects have is told of by whoever names it', () => {
  const reports = new ReportsTable();
  const now = Date.now();
  const streams = new StreamsTable();
  const claim = {
    ...({ state: 'live', epoch: 1, owner: 'me', host: 'h', lasts: 1, partition: 0, began: 1 } as const),
    ...{ media: 0, discontinuities: 0, offset: 0, targets: { part: 1, segment: 1 } },
  };
  for (const stream of ['constructor', 'toString', 'valueOf']) {
    const record = encodeClaim({ ...claim, stream });
    streams.takeClaim({ ...record, timestamp: 1 } as never, 1);
  }
  reports.take('live.reports', written('publisher/other', { name: 'other', streams: { other: {} } }), now);
  const states = () => streams.rows(reports, now).map(({ id, state }) => [id, state]);
  assert.deepEqual(states(), [
    ['constructor', 'ended'],
    ['toString', 'ended'],
    ['valueOf', 'ended'],
  ]);
  const told = { name: 'toString', streams: { toString: { restarts: 4 } } };
  reports.take('live.reports', written('publisher/toString', told), now);
  assert.deepEqual(states()[1], ['toString', 'live']);
  assert.equal(streams.rows(reports, now)[1]?.restarts, 4);
  const odd = JSON.parse('{"name":"p","streams":{"__proto__":{"viewers":1},"a":{"viewers":2}}}') as object;
  reports.take('live.reports', written('server/p', odd), now);
  const [server] = reports.of('server');
  assert.equal(streamIn(server!, 'viewers'), undefined);
  assert.equal(streamIn(server!, 'a')?.viewers, 2);
});

test('A stream is watched where it is served', () => {
  const reports = new ReportsTable();
  const now = Date.now();
  const streams = new StreamsTable();
  const claim = encodeClaim({
    ...({ stream: 'cam', state: 'live', epoch: 1, owner: 'me', host: 'h', lasts: 1 } as const),
    ...{ partition: 0, began: 1 },
    ...{ media: 0, discontinuities: 0, offset: 0, targets: { part: 1, segment: 1 } },
  });
  streams.takeClaim({ ...claim, timestamp: 1 } as never, now);
  const watch = () => streams.rows(reports, now)[0]?.watch;
  reports.take('live.reports', written('server/odd', { name: 'odd', url: 'https://' }), now);
  assert.equal(watch(), undefined);
  reports.take('live.reports', written('server/a/80', { name: 'a', url: 'http://a:80/' }), now);
  assert.equal(watch(), 'http://a:80/?stream=cam');
  const serves = { name: 'b', url: 'http://b', streams: { cam: { viewers: 1 } } };
  reports.take('live.reports', written('server/b/80', serves), now);
  assert.equal(watch(), 'http://b/?stream=cam');
});
