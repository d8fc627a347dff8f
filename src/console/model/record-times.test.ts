import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloaderRows } from './downloader-rows.ts';
import { EndsOverTime } from './ends-over-time.ts';
import { RecordTimes } from './record-times.ts';
import { ReportsTable } from './reports-table.ts';

const now = 1_000_000_000;
const group = 'sluice-office-0123456789abcdef';

/** Rounds in which a downloader reads `step` records on, one of which was written each second, ten minutes ago. Gives its lag in each. */
function lags(partitions: number, most: number, step: number): (number | undefined)[] {
  const times = new RecordTimes();
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const ends = new Map(all.map((partition) => [partition, 100_000]));
  return Array.from({ length: 10 }, (_, round) => {
    const offset = 10 + round * step;
    const wanted = times.wanted(
      all.map((partition) => ({ group, partition, offset })),
      most,
    );
    assert.ok(wanted.length <= most);
    const committed = new Map(all.map((partition) => [partition, offset]));
    const [row] = downloaderRows(
      new Map([[group, { hasMembers: true, committed }]]),
      { starts: new Map(), ends, endsOverTime: new EndsOverTime(), times, retention: 3_600_000 },
      new ReportsTable(),
      now + offset * 1000,
    );
    for (const record of wanted) times.note(record, now + record.offset * 1000 - 600_000);
    return row?.lagSeconds;
  });
}

test('How late a downloader is, is known once all partitions were read, though it reads on', () => {
  const known = lags(40, 32, 5);
  assert.deepEqual(known.slice(0, 2), [undefined, undefined]);
  // By what it has passed meanwhile: not less than it is, and not much more.
  for (const lag of known.slice(2)) assert.ok(lag !== undefined && lag >= 600 && lag <= 615, `${lag}`);
  assert.deepEqual(lags(2, 32, 0).slice(1), new Array(9).fill(600));
});

test('What is known of one group says nothing of another, nor of one that has gone back', () => {
  const times = new RecordTimes();
  const at = (offset: number, of = group) => times.notBefore({ group: of, partition: 0, offset });
  const standing = { group, partition: 0, offset: 10 };
  const other = { group: 'other', partition: 0, offset: 10 };
  const [both] = times.wanted([standing, other], 5);
  assert.deepEqual(both, { partition: 0, offset: 10, groups: [group, 'other'] }, 'it is read once');
  times.note(both!, 1000);
  assert.deepEqual(
    [at(9), at(10), at(99), at(99, 'other'), at(99, 'third')],
    [undefined, 1000, 1000, 1000, undefined],
  );
  assert.deepEqual(times.wanted([standing, { ...other, offset: 9 }], 5), [
    { partition: 0, offset: 9, groups: ['other'] },
  ]);
  assert.deepEqual(times.wanted([other], 5), [{ partition: 0, offset: 10, groups: ['other'] }]);
  assert.equal(at(10), undefined, 'who stands nowhere any more is forgotten');
});
