import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitAllEvery, SafeOffsets } from './safe-offsets.ts';

const topic = { id: 't', name: 'files', cluster: 'c' };

function batch(partition: number, nextOffset: number) {
  const place = { partition, epochs: [], nextOffset, highWatermark: 100, logStartOffset: 0 };
  return { ...place, records: [], release: () => {} };
}

test('What has changed is told, to each of the two by itself', () => {
  const from = new Map([
    [0, { began: 3, safe: 5 }],
    [1, { began: 0, safe: 0 }],
  ]);
  const offsets = new SafeOffsets('office', topic, from, () => 0);
  const first = offsets.take();
  const { reader, topic: id, name, cluster } = first.forSink;
  assert.deepEqual([reader, id, name, cluster], ['office', 't', 'files', 'c']);
  assert.deepEqual([...first.forSink.partitions], [...from]);
  assert.deepEqual([...first.forKafka.keys()], [0, 1]);
  offsets.remembered(first);
  offsets.committed(first);
  const done = offsets.begin(batch(0, 9));
  assert.equal(offsets.take().forKafka.size, 0);
  done();
  const second = offsets.take();
  assert.deepEqual([...second.forSink.partitions], [[0, { began: 3, safe: 9 }]]);
  assert.deepEqual([...second.forKafka], [[0, { offset: 9, metadata: 't' }]]);
  offsets.remembered(second);
  const third = offsets.take();
  assert.deepEqual([third.forSink.partitions.size, third.forKafka.size], [0, 1]);
});

test('Positions that do not change are committed again, before the cluster forgets them', () => {
  let now = 0;
  const offsets = new SafeOffsets('office', topic, new Map([[0, { began: 0, safe: 5 }]]), () => now);
  offsets.committed(offsets.take());
  now += commitAllEvery - 1;
  assert.equal(offsets.take().forKafka.size, 0);
  now += 1;
  const again = offsets.take();
  assert.deepEqual([...again.forKafka.keys()], [0]);
  offsets.committed(again);
  assert.equal(offsets.take().forKafka.size, 0);
});

test('A partition that was not there at the start began where it was first read', () => {
  const offsets = new SafeOffsets('office', topic, new Map());
  offsets.begin({ ...batch(2, 9), logStartOffset: 7 })();
  assert.deepEqual([...offsets.take().forSink.partitions], [[2, { began: 7, safe: 9 }]]);
  // After compaction the log begins before its first record.
  const record = { offset: 8, timestamp: 0, key: null, headers: [], headerCount: 0, value: null };
  offsets.begin({ ...batch(3, 9), logStartOffset: 7, records: [record] });
  assert.deepEqual([...offsets.take().forSink.partitions][1], [3, { began: 8, safe: 8 }]);
  assert.deepEqual(
    [9, 10].map((end) => offsets.isPast(new Map([[2, end]]))),
    [true, false],
  );
  const ends = (partition: number, end: number) =>
    new Map([
      [2, 9],
      [partition, end],
    ]);
  assert.deepEqual(
    [offsets.isPast(ends(3, 9)), offsets.isPast(ends(7, 1)), offsets.isPast(ends(7, 0))],
    [false, false, true],
  );
  assert.deepEqual([offsets.began(2), offsets.began(7)], [7, 0]);
});

test('What retention took is passed when it has been told of, and of a partition that is not read nothing is', () => {
  const offsets = new SafeOffsets('office', topic, new Map([[0, { began: 0, safe: 2 }]]), () => 0);
  const told = offsets.skip(0, 6);
  offsets.begin(batch(0, 9))();
  assert.deepEqual(offsets.take().forKafka.get(0)?.offset, 2);
  told();
  assert.deepEqual(offsets.take().forKafka.get(0)?.offset, 9);
  offsets.skip(4, 6)();
  assert.deepEqual([...offsets.take().forKafka.keys()], [0]);
});

test('Of a log that was cut nothing counts as read from there on, nor as begun behind it', () => {
  const from = new Map([
    [0, { began: 5, safe: 8 }],
    [1, { began: 1, safe: 8 }],
  ]);
  const offsets = new SafeOffsets('office', topic, from, () => 0);
  offsets.cut(0, 3);
  offsets.cut(1, 3);
  offsets.cut(2, 3);
  assert.deepEqual(
    [...offsets.take().forSink.partitions],
    [
      [0, { began: 3, safe: 3 }],
      [1, { began: 1, safe: 3 }],
    ],
  );
});

test('The hour runs from the last time that all were committed, by the steady clock', (t) => {
  assert.equal(commitAllEvery, 3_600_000);
  let now = 5;
  const clock = performance.now;
  performance.now = () => now;
  t.after(() => {
    performance.now = clock;
  });
  const from = new Map([
    [0, { began: 0, safe: 0 }],
    [1, { began: 0, safe: 0 }],
  ]);
  const offsets = new SafeOffsets('office', topic, from);
  offsets.committed(offsets.take());
  now += commitAllEvery - 1;
  offsets.begin(batch(0, 9))();
  const some = offsets.take();
  assert.deepEqual([...some.forKafka.keys()], [0]);
  offsets.committed(some);
  now += 1;
  assert.deepEqual([...offsets.take().forKafka.keys()], [0, 1]);
});

test('A position goes no further than an end, and not back where it is behind that', () => {
  const from = new Map([
    [0, { began: 0, safe: 5 }],
    [1, { began: 0, safe: 50 }],
  ]);
  const offsets = new SafeOffsets('office', topic, from);
  for (const partition of [0, 1]) offsets.begin(batch(partition, 60), 20)();
  const safe = [...offsets.take().forKafka].map(([, { offset }]) => offset);
  assert.deepEqual([safe, offsets.next(0), offsets.next(1)], [[20, 50], 20, 50]);
});

/** One partition, as it is told to both. */
function told(offsets: SafeOffsets, partition = 0) {
  const { forSink, forKafka } = offsets.take();
  return [forSink.partitions.get(partition), forKafka.get(partition)];
}

test('By which epochs a partition was written is told where it is known', () => {
  const from = new Map([[0, { began: 1, safe: 2, epochs: [[2, 0]] as const }]]);
  const offsets = new SafeOffsets('office', topic, from, () => 0);
  assert.deepEqual(told(offsets), [
    { began: 1, safe: 2, epochs: [[2, 0]] },
    { offset: 2, metadata: 't', leaderEpoch: 2 },
  ]);
  offsets.begin({ ...batch(0, 4), epochs: [[3, 3]] })();
  const epochs = [
    [2, 0],
    [3, 3],
  ];
  assert.deepEqual(told(offsets), [
    { began: 1, safe: 4, epochs },
    { offset: 4, metadata: 't', leaderEpoch: 3 },
  ]);
  // Of what retention took nobody knows.
  offsets.skip(0, 9)();
  assert.deepEqual(told(offsets), [
    { began: 1, safe: 9 },
    { offset: 9, metadata: 't' },
  ]);
  offsets.begin({ ...batch(0, 12), epochs: [[5, 9]] })();
  assert.deepEqual(told(offsets), [
    { began: 1, safe: 12, epochs: [...epochs, [-1, 8], [5, 9]] },
    { offset: 12, metadata: 't', leaderEpoch: 5 },
  ]);
  // A log that was cut has the one that wrote what stands.
  offsets.cut(0, 3);
  assert.deepEqual(told(offsets), [
    { began: 1, safe: 3, epochs: [[2, 0]] },
    { offset: 3, metadata: 't', leaderEpoch: 2 },
  ]);
});

test('A partition that is given away is said nothing of, and one that comes is told anew', () => {
  const from = new Map([
    [0, { began: 1, safe: 2 }],
    [1, { began: 3, safe: 4 }],
  ]);
  const offsets = new SafeOffsets('office', topic, from, () => 0);
  const first = offsets.take();
  offsets.remembered(first);
  offsets.committed(first);
  assert.deepEqual([...offsets.partitions], [0, 1]);
  const late = offsets.begin(batch(0, 9));
  offsets.drop(0);
  assert.deepEqual([[...offsets.partitions], offsets.next(0), offsets.began(0)], [[1], undefined, 0]);
  late();
  const { forSink, forKafka } = offsets.take();
  assert.deepEqual([forSink.partitions.size, forKafka.size], [0, 0]);
  offsets.add(0, { began: 1, safe: 2, epochs: [[7, 0]] });
  assert.deepEqual(told(offsets), [
    { began: 1, safe: 2, epochs: [[7, 0]] },
    { offset: 2, metadata: 't', leaderEpoch: 7 },
  ]);
  assert.deepEqual([[...offsets.partitions], offsets.next(0), offsets.began(0)], [[1, 0], 2, 1]);
  // One that is read goes on from where it is put.
  offsets.add(1, { began: 8, safe: 8 });
  assert.deepEqual(told(offsets, 1), [
    { began: 8, safe: 8 },
    { offset: 8, metadata: 't' },
  ]);
});

test('What is ahead has not been dealt with, and will be in this run', () => {
  const offsets = new SafeOffsets('office', topic, new Map([[0, { began: 0, safe: 5 }]]), () => 0);
  const ahead = (offset: number, ends?: ReadonlyMap<number, number>) => offsets.isAhead(0, offset, ends);
  assert.deepEqual(
    [3, 4, 5, 6].map((offset) => ahead(offset)),
    [false, false, true, true],
  );
  const ends = new Map([[0, 7]]);
  assert.deepEqual(
    [4, 5, 6, 7, 8].map((offset) => ahead(offset, ends)),
    [false, true, true, false, false],
  );
  // Of a partition that ends nowhere nothing comes.
  assert.deepEqual(
    [0, 5].map((offset) => ahead(offset, new Map())),
    [false, false],
  );
  assert.deepEqual(
    [offsets.isAhead(3, 0, undefined), offsets.isAhead(3, 0, new Map([[3, 1]]))],
    [true, true],
  );
  assert.equal(offsets.isAhead(3, 0, new Map()), false);
  offsets.begin(batch(0, 6))();
  assert.deepEqual(
    [5, 6].map((offset) => ahead(offset)),
    [false, true],
  );
});
