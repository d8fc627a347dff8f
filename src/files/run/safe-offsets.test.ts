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
  assert.deepEqual(
    [9, 10].map((end) => offsets.isPast(new Map([[2, end]]))),
    [true, false],
  );
});
