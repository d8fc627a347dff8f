import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, isSound, type Standing, settle } from './account.ts';

const sizeOf = (number: number): number => number * 10;

/** Two partitions with three records each: odd numbers on the one, even ones on the other. */
function sound(): Evidence & { standing: Standing[] } {
  const standing = [1, 3, 5, 2, 4, 6].map((number, index) => ({
    partition: index < 3 ? 0 : 1,
    offset: index % 3,
    number,
    size: sizeOf(number),
  }));
  return {
    standing,
    acknowledged: standing.map(({ partition, offset, number }) => ({ partition, offset, number })),
    read: readOf(standing),
    sizeOf,
  };
}

function readOf(standing: readonly Standing[]): Map<number, number[]> {
  const byPartition = Map.groupBy(standing, ({ partition }) => partition);
  return new Map([...byPartition].map(([partition, all]) => [partition, all.map(({ number }) => number)]));
}

/** The account after the topic was changed, by a reader that read the topic as it is. */
function accountAfter(change: (standing: Standing[]) => Standing[]) {
  const evidence = sound();
  const standing = change(evidence.standing);
  return settle({ ...evidence, standing, read: readOf(standing) });
}

const nothing = { acknowledged: 6, lost: 0, twice: 0, outOfOrder: 0, misplaced: 0, misread: 0 };

test('What is as it should be is sound', () => {
  const account = settle(sound());
  assert.deepEqual(account, nothing);
  assert.ok(isSound(account));
});

test('A record that is not there is lost', () => {
  const account = accountAfter((all) => all.filter(({ number }) => number !== 6));
  assert.deepEqual(account, { ...nothing, lost: 1 });
  assert.ok(!isSound(account));
});

test('A record that is there a second time is told', () => {
  const account = accountAfter((all) => [...all, { partition: 1, offset: 3, number: 6, size: 60 }]);
  assert.deepEqual(account, { ...nothing, twice: 1 });
  assert.ok(!isSound(account));
});

test('A repetition that moves the others breaks their places and their order too', () => {
  const account = accountAfter((all) => [
    ...all.slice(0, 3),
    ...[2, 4, 2, 6].map((number, offset) => ({ partition: 1, offset, number, size: sizeOf(number) })),
  ]);
  assert.deepEqual(account, { ...nothing, twice: 1, outOfOrder: 1, misplaced: 1 });
});

test('Records that have changed places are out of order, and not where they were said to be', () => {
  const account = accountAfter((all) =>
    all.map((record, index) => ({
      ...record,
      number: [3, 1, 5, 2, 4, 6][index]!,
      size: [30, 10, 50, 20, 40, 60][index]!,
    })),
  );
  assert.deepEqual(account, { ...nothing, outOfOrder: 1, misplaced: 2 });
  assert.ok(!isSound(account));
});

test('A record that nobody acknowledged, one of another size and one on another partition are misplaced', () => {
  const stranger = { partition: 1, offset: 3, number: 9, size: 90 };
  assert.deepEqual(
    accountAfter((all) => [...all, stranger]),
    { ...nothing, misplaced: 1 },
  );
  const shorten = (all: Standing[]) => all.map((one) => (one.number === 4 ? { ...one, size: 39 } : one));
  assert.deepEqual(accountAfter(shorten), { ...nothing, misplaced: 1 });
  const move = (all: Standing[]) => all.map((one) => (one.number === 6 ? { ...one, partition: 2 } : one));
  assert.deepEqual(accountAfter(move), { ...nothing, misplaced: 1 });
});

test('An acknowledgement without a place is kept by any place on its partition', () => {
  const evidence = sound();
  const acknowledged = evidence.acknowledged.map((one) => ({ ...one, offset: -1 }));
  assert.deepEqual(settle({ ...evidence, acknowledged }), nothing);
});

test('What our consumer leaves out, reads twice, in another order or from nowhere is misread', () => {
  const misread = (numbers: number[]) => {
    const evidence = sound();
    return settle({ ...evidence, read: new Map([...evidence.read, [1, numbers]]) }).misread;
  };
  assert.equal(misread([2, 4, 6]), 0);
  assert.equal(misread([2, 4]), 1);
  assert.equal(misread([]), 3);
  assert.equal(misread([2, 4, 6, 6]), 1);
  assert.equal(misread([4, 2, 6]), 2);
  assert.ok(misread([2, 2, 4, 6]) > 0);
  const evidence = sound();
  assert.equal(settle({ ...evidence, read: new Map([...evidence.read, [7, [1]]]) }).misread, 1);
});
