import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnfinishedUpload } from '../../stores/contract.ts';
import { isLockedRow, LockedRecords } from './locked-records.ts';

function rowOf(records: LockedRecords): UnfinishedUpload {
  const [row, ...others] = records.take()?.rows ?? [];
  assert.ok(row !== undefined && others.length === 0);
  assert.ok(isLockedRow(row));
  return row;
}

function restored(row: UnfinishedUpload, mark: string): LockedRecords {
  const records = new LockedRecords('topic', mark);
  assert.equal(records.restore(row), true);
  return records;
}

test('What is near is one range; however many there are, they stay few, and none is left out', () => {
  const records = new LockedRecords('topic', 'a');
  records.note(0, 10);
  records.note(0, 12);
  records.note(1, 11);
  records.note(0, 5000);
  assert.deepEqual(rowOf(records).seen, [
    [0, 10, 12],
    [1, 11, 11],
    [0, 5000, 5000],
  ]);
  assert.equal(records.take(), undefined, 'nothing new');
  const offsets = Array.from({ length: 5000 }, (_, index) => index * index);
  for (const offset of offsets) records.note(3, offset);
  const { seen } = rowOf(records);
  assert.ok(seen.length <= 1000, `${seen.length} ranges`);
  for (const offset of offsets)
    assert.ok(seen.some(([partition, first, last]) => partition === 3 && first <= offset && offset <= last));
});

test('The same keys do not try again; others do, and what several have met is tried by all', () => {
  const first = new LockedRecords('topic', 'a');
  first.note(0, 1);
  const row = rowOf(first);
  const same = restored(row, 'a');
  assert.deepEqual([same.known, same.untried.length], [1, 0]);
  const other = restored(row, 'b');
  assert.deepEqual([other.known, other.untried], [0, [[0, 1, 1]]]);
  other.note(2, 7);
  const both = rowOf(other);
  for (const mark of ['a', 'b']) assert.equal(restored(both, mark).untried.length, 2, mark);
  other.hasTried();
  const rest = restored(rowOf(other), 'b');
  assert.deepEqual([rest.known, rest.untried.length], [1, 0]);
  const last = restored(row, 'b');
  last.hasTried();
  assert.deepEqual(last.take(), { rows: [], forget: [row.upload] });
});

test('They stay few over any number of runs without a key', () => {
  let row: UnfinishedUpload | undefined;
  for (let run = 0; run < 5; run++) {
    const records = row === undefined ? new LockedRecords('topic', 'a') : restored(row, 'none');
    for (let index = 0; index < 900; index++) records.note(0, (run * 900 + index) * 1000);
    row = rowOf(records);
    assert.ok(row.seen.length <= 1000, `${row.seen.length} ranges after run ${run}`);
  }
  for (const at of [0, 899_000, 4_499_000])
    assert.ok(
      row!.seen.some(([, first, last]) => first <= at && at <= last),
      `${at}`,
    );
});

test('Uploads, and what is of other topics, are left alone', () => {
  const records = new LockedRecords('topic', 'a');
  records.note(0, 1);
  const row = rowOf(records);
  const elsewhere = new LockedRecords('elsewhere', 'b');
  assert.equal(elsewhere.restore(row), true);
  assert.deepEqual([elsewhere.known, elsewhere.untried], [0, []]);
  assert.equal(elsewhere.restore({ ...row, uploader: 'shop' }), false);
});

test('A member of a group remembers each partition by itself, with what was tried there', () => {
  const records = new LockedRecords('topic', 'a', true);
  records.note(0, 1);
  records.note(1, 2);
  const [ofZero, ofOne] = records.take()!.rows;
  assert.deepEqual([ofZero?.seen, ofOne?.seen], [[[0, 1, 1]], [[1, 2, 2]]]);
  // Another one has opened what is shut on the first, and some key has tried the second.
  const other = new LockedRecords('topic', 'b', true);
  other.restore({ ...ofOne!, path: 'b' });
  other.restore(ofZero!);
  assert.deepEqual([other.known, other.untried], [1, [[0, 1, 1]]]);
  other.hasTried();
  const taken = other.take()!;
  assert.deepEqual(
    [taken.rows.map(({ seen, path }) => [seen, path]), taken.forget],
    [[[[[1, 2, 2]], 'b']], [ofZero!.upload]],
  );
  // What another member reads now is not ours to forget, nor to say.
  other.leave(new Set([1]));
  other.note(0, 9);
  assert.deepEqual(other.take(), { rows: [{ ...ofZero!, path: 'b', seen: [[0, 9, 9]] }], forget: [] });
});
