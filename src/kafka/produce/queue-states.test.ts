/** A queue's states one by one, as DESIGN.md has them; that they hold together in any order is for the models to say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from './batch.ts';
import { PartitionQueue } from './partition-queue.ts';

const identity = { producerId: 1n, epoch: 0 };
const error = new Error('lost');

function queueOf(first = 0) {
  const queue = new PartitionQueue();
  const told: (number | Error)[] = [];
  const settle = (outcome: number | Error) => void told.push(outcome);
  queue.identify(identity, first);
  return {
    queue,
    told,
    /** Appends a record and sends it, if it may be. */
    send: (now = 0): Batch | undefined => {
      queue.append({ record: { value: Buffer.alloc(1) }, size: 1, resolve: settle, reject: settle });
      return queue.next(now);
    },
  };
}

const states = ({ isEmpty, halted, inDoubt, inFlight, identity: id }: PartitionQueue) => ({
  isEmpty,
  halted,
  inDoubt,
  inFlight,
  identity: id,
});

test('A new queue has nothing, and needs an identity', () => {
  const none = { isEmpty: true, halted: false, inDoubt: false, inFlight: 0, identity: undefined };
  const queue = new PartitionQueue();
  assert.deepEqual(states(queue), none);
  queue.append({ record: { value: null }, size: 1, resolve: () => {}, reject: () => {} });
  assert.equal(queue.next(0), undefined);
  assert.equal(queue.toCompress(), undefined);
  queue.clear(error);
  assert.deepEqual(states(queue), none);
});

test('Numbers follow what was acknowledged, and an identity begins with one batch on its way', () => {
  const { queue, send } = queueOf(7);
  const one = send()!;
  assert.deepEqual([one.sequence, send()], [7, undefined]);
  queue.acknowledged(one, 0);
  const [two, three] = [queue.next(0)!, send()!];
  assert.deepEqual([two.sequence, three.sequence, queue.inFlight], [8, 9, 2]);
  // The answer to the first of them was lost; the second one shows that it stands there.
  queue.acknowledged(three, 2);
  queue.failed(two, true);
  queue.resume();
  assert.equal(queue.next(0), two);
  assert.equal(two.sequence, 8);
  queue.acknowledged(two, -1);
  assert.equal(send()!.sequence, 10);
  queue.clear(error);
  queue.identify({ producerId: 2n, epoch: 0 });
  const again = send()!;
  assert.deepEqual([again.sequence, send()], [0, undefined]);
});

test('Under another identity a batch is encoded anew', () => {
  const { queue, send } = queueOf(5);
  const batch = send()!;
  queue.failed(batch, false);
  queue.identify({ producerId: 9n, epoch: 2 });
  queue.resume();
  assert.equal(queue.next(0), batch);
  const bytes = Buffer.concat(batch.encoded!.pieces);
  assert.deepEqual([bytes.readBigInt64BE(43), bytes.readInt16BE(51), bytes.readInt32BE(53)], [9n, 2, 0]);
});

test('After a failure, and after more than a minute of idleness, one batch is on its way', () => {
  const { queue, send } = queueOf();
  queue.acknowledged(send(1000)!, 0);
  const [one, two] = [send(61_000)!, send(61_000)!];
  assert.equal(queue.inFlight, 2);
  queue.acknowledged(one, 1);
  queue.acknowledged(two, 2);
  const late = send(121_001)!;
  assert.deepEqual([queue.inFlight, send(121_001)], [1, undefined]);
  queue.acknowledged(late, 3);
  const next = queue.next(121_001)!;
  queue.failed(next, true);
  assert.deepEqual([queue.halted, queue.next(121_001)], [true, undefined]);
  queue.resume();
  assert.deepEqual([queue.next(121_001), send(121_001)], [next, undefined]);
});

/** A batch of sequence 1 that may stand there, and of which the broker says that it is out of order. */
function inDoubt() {
  const { queue, told, send } = queueOf();
  queue.acknowledged(send()!, 0);
  const batch = send()!;
  queue.failed(batch, true);
  queue.resume();
  queue.next(0);
  assert.equal(queue.outOfOrder(batch), true);
  assert.ok(queue.inDoubt && queue.identity !== undefined);
  return { queue, told, batch };
}

test('A doubt is ended by the last number that the broker has', () => {
  const there = inDoubt();
  there.queue.settleDoubt(1, error);
  assert.deepEqual([there.told, there.queue.inDoubt, there.queue.identity], [[0, -1], false, identity]);
  const absent = inDoubt();
  absent.queue.settleDoubt(0, error);
  assert.deepEqual([absent.told, absent.queue.inDoubt, absent.queue.identity], [[0], false, identity]);
  assert.equal(absent.batch.ambiguous, false);
  for (const nothing of ['none', undefined] as const) {
    const unknown = inDoubt();
    unknown.queue.settleDoubt(nothing, error);
    assert.deepEqual(
      [unknown.told, unknown.queue.inDoubt, unknown.queue.identity],
      [[0, error], false, undefined],
    );
  }
  // Where the broker has other numbers than ours, it needs another identity.
  const other = inDoubt();
  other.queue.settleDoubt(5, error);
  assert.equal(other.queue.identity, undefined);
  const cleared = inDoubt();
  cleared.queue.clear(error);
  assert.deepEqual([cleared.queue.halted, cleared.queue.inDoubt], [false, false]);
});

test('Out of order is what came behind a gap; without one the broker has forgotten us', () => {
  const { queue, send } = queueOf();
  queue.acknowledged(send()!, 0);
  const [one, two] = [send()!, send()!];
  queue.failed(one, false);
  assert.deepEqual([one.behindGap, two.behindGap], [false, true]);
  assert.equal(queue.outOfOrder(two), false);
  // What stands nowhere is in no doubt.
  queue.failed(two, true);
  assert.equal(two.ambiguous, false);
  queue.resume();
  assert.equal(queue.next(0), one);
  assert.equal(queue.outOfOrder(one), true);
  assert.deepEqual([queue.identity, queue.inDoubt, queue.halted], [undefined, false, true]);
});
