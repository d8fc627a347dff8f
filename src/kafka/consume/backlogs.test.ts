import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentBackoff } from '../../../test/support/silent-backoff.ts';
import { Backlogs } from './backlogs.ts';
import { newCursor } from './cursor.ts';

const deepBytes = 256 * 1024;
const batch = { first: 0, next: 1, count: 1, epoch: 0, isSpoiled: false };

/** So many partitions of so many batches, of which one has been seen, of the first. */
function partitions(count: number, batches: number, bytes: number) {
  const backlogs = new Backlogs(deepBytes, () => {});
  const cursors = Array.from({ length: count }, (_, partition) =>
    newCursor(partition, 0, Number.POSITIVE_INFINITY, silentBackoff),
  );
  const all = cursors.map((cursor) => backlogs.of(cursor));
  all[0]!.begins({ ...batch, bytes, largest: bytes }, batches);
  for (const backlog of all.slice(1))
    backlog.came({ ...batch, first: undefined, next: 0, count: 0, bytes: 0, largest: 0 }, batches);
  return { backlogs, cursors };
}

test('Partitions of which little is left each are much together: all of them come from one broker', () => {
  assert.equal(partitions(200, 1, 200_000).backlogs.areDeep, true);
  assert.equal(partitions(2, 1, 100_000).backlogs.areDeep, false);
});

test('One batch is not fetched ahead of itself, however large it is', () => {
  assert.equal(partitions(1, 1, 1_000_000).backlogs.areDeep, false);
});

test('Whoever is free begins where the least lies ahead: at the position of one partition after the other', () => {
  const { backlogs, cursors } = partitions(3, 4, 200_000);
  const begun: [number, number][] = [];
  for (let next = backlogs.next(200_000); next !== undefined; next = backlogs.next(200_000)) {
    const { backlog, range } = next;
    begun.push([backlog.cursor.partition, range.from]);
    backlog.stripes.add(range);
  }
  const expected = [0, 1, 2, 3].flatMap((from) => cursors.map(({ partition }) => [partition, from]));
  assert.deepEqual(begun, expected);
});

test('What nobody has asked for is what is left without what is under way', () => {
  const { backlogs, cursors } = partitions(2, 5, 200_000);
  assert.equal(backlogs.unasked, 2_000_000);
  backlogs.of(cursors[0]!).stripes.add({ from: 1, to: 3 });
  assert.equal(backlogs.unasked, 1_600_000);
  backlogs.of(cursors[1]!).asks(200_000);
  assert.equal(backlogs.unasked, 1_400_000);
  for (let next = backlogs.next(1e9); next !== undefined; next = backlogs.next(1e9))
    next.backlog.stripes.add(next.range);
  assert.equal(backlogs.unasked, 0);
});

test('What is read up to an offset is there up to it, before any answer has said so', () => {
  const backlogs = new Backlogs(deepBytes, () => {});
  const [seen, unseen] = [newCursor(0, 0, 10, silentBackoff), newCursor(1, 5, 8, silentBackoff)];
  backlogs.of(seen).begins({ ...batch, bytes: 100_000, largest: 100_000 }, 10);
  assert.deepEqual(backlogs.of(unseen).next(1_000_000), { from: 5, to: 8 });
  assert.equal(backlogs.left, 1_300_000);
});
