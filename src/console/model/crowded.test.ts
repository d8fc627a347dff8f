/** More names than are remembered: who was heard of last is known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { encodeClaim } from '../../records/live-claim.ts';
import type { Lease } from '../../records/state-record.ts';
import { LeasesTable } from './leases-table.ts';
import { groupsToAsk, mostGroups } from './looks.ts';
import { ReportsTable } from './reports-table.ts';
import { StreamsTable } from './streams-table.ts';

const lease = { lasts: 10_000 } as Lease;
const claim = {
  ...({
    state: 'live',
    epoch: 1,
    owner: 'a',
    host: 'h',
    lasts: 10_000,
    partition: 0,
    began: 0,
    media: 0,
  } as const),
  ...{ discontinuities: 0, offset: 0, targets: { part: 1, segment: 1 } },
};

test('An uploader that comes after ten thousand others is known, and one that was silent for longest is not', () => {
  const table = new LeasesTable();
  for (let at = 0; at < 10_000; at++) table.take(`u${at}`, at % 2 === 0 ? null : lease, at, at);
  table.take('u0', lease, 10_000, 10_000);
  table.take('new', lease, 10_001, 10_001);
  assert.deepEqual(
    ['new', 'u0', 'u1', 'u3'].map((name) => table.state(name, 10_002)),
    ['running', 'running', 'ended', 'running'],
  );
  assert.equal([...table.uploaders].length, 10_000);
});

test('A stream that comes after ten thousand others is known, and one that was silent for longest is not', () => {
  const table = new StreamsTable();
  const take = (stream: string, at: number) =>
    table.takeClaim({ ...encodeClaim({ ...claim, stream }), timestamp: at } as ConsumedRecord, at);
  for (let at = 0; at < 10_000; at++) take(`s${at}`, at);
  take('s0', 10_000);
  take('new', 10_001);
  const rows = table.rows(new ReportsTable(), 10_002);
  assert.equal(rows.length, 10_000);
  const known = new Set(rows.map(({ id }) => id));
  assert.deepEqual(
    ['new', 's0', 's1', 's2'].map((name) => known.has(name)),
    [true, true, false, true],
  );
});

test('Downloaders that run are seen behind any number of groups that are left over', () => {
  const left = Array.from({ length: 600 }, (_, at) => ({ group: `sluice-left-${at}`, hasMembers: false }));
  const others = [
    { group: 'others', hasMembers: true },
    { group: 'sluice-runs', hasMembers: true },
  ];
  const asked = groupsToAsk([...left, ...others]);
  assert.deepEqual([asked.length, asked.slice(0, 2)], [mostGroups, ['sluice-runs', 'sluice-left-0']]);
});
