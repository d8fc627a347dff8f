/** How the way to a partition is found, and found again, before brokers that are models. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ControlFault, ModelCluster, topicId } from '../../../test/models/kafka/cluster.ts';
import { PartitionLog } from '../../../test/models/kafka/partition-log.ts';
import { ProducerBench } from '../../../test/models/kafka/producer-bench.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import { Api } from '../cluster/versions.ts';

const another = '11111111-4455-6677-8899-aabbccddeeff';
const waits = ({ cluster }: ProducerBench) => cluster.told.filter((line) => line.startsWith('waits'));
const producerOf = (batch: { readonly bytes: Buffer }) => batch.bytes.readBigInt64BE(43);
const epochOf = (batch: { readonly bytes: Buffer }) => batch.bytes.readInt16BE(51);

/** Each time that something is waited for takes a second by the steady clock, and a day back by the wall's, which is nobody's business. */
function clock(t: TestContext, waited: () => number): void {
  const began = performance.now();
  const today = Date.now();
  t.mock.method(performance, 'now', () => began + 1000 * waited());
  t.mock.method(Date, 'now', () => today - 24 * 3600_000 * waited());
}

test('What may pass is waited for, and then the record goes its way', async () => {
  for (const [fault, message] of [
    ['lost', /the answer was lost/],
    ['leaderless', /find the leader of T-0: LEADER_NOT_AVAILABLE/],
    [5, /LEADER_NOT_AVAILABLE/],
    [15, /COORDINATOR_NOT_AVAILABLE/],
  ] as const) {
    const bench = new ProducerBench();
    bench.cluster.faults.push(fault as ControlFault);
    const sent = bench.append();
    await bench.rest();
    assert.equal(waits(bench).length, 1, `${fault}`);
    assert.match(waits(bench)[0]!, message);
    await bench.answer();
    assert.equal(sent.offset, 0);
  }
});

test('A topic that is not there, and a partition that it does not have, are told at once', async () => {
  const bench = new ProducerBench();
  bench.cluster.topicId = undefined;
  const sent = bench.append();
  await bench.rest();
  assert.equal(sent.error?.kind, 'unknown-topic');
  assert.equal(sent.error?.message, 'There is no topic T.');
  assert.deepEqual(bench.cluster.told, ['gave up to write to T-0']);
  const other = await new ProducerBench().warm();
  const nowhere = other.append(7);
  await other.rest();
  assert.equal(nowhere.error?.message, 'Topic T has no partition 7.');
  assert.deepEqual([waits(other), other.producer.pendingBytes], [[], 0]);
  // It may be made later.
  bench.cluster.topicId = topicId;
  const later = bench.append();
  await bench.rest();
  await bench.answer();
  assert.equal(later.offset, 0);
});

test('A topic that was there may be unknown for five seconds, and is gone then', async (t) => {
  const bench = await new ProducerBench().warm();
  const again = await new ProducerBench().warm();
  clock(t, () => waits(bench).length + waits(again).length);
  const sent = bench.append();
  await bench.rest();
  bench.cluster.topicId = undefined;
  await bench.answer({ code: 3 });
  assert.equal(sent.error?.kind, 'unknown-topic');
  assert.match(sent.error!.message, /^There is no topic T\./);
  const news = waits(bench).filter((line) => /find T-0: UNKNOWN_TOPIC_OR_PARTITION/.test(line));
  assert.equal(news.length, 5);
  // What came back in between has five seconds again.
  for (let count = 0; count < 4; count += 1) {
    const record = again.append();
    await again.rest();
    again.cluster.faults.push(3, 3);
    await again.answer({ code: 3 });
    await again.answer();
    assert.equal(record.offset, count + 1);
  }
});

test('A topic that was made anew is not written to', async () => {
  const bench = await new ProducerBench({ leaders: [0, 0] }).warm();
  const sent = bench.append();
  await bench.rest();
  bench.cluster.topicId = another;
  await bench.answer({ code: 100 });
  assert.equal(sent.error?.kind, 'topic-recreated');
  assert.match(sent.error!.message, /^Topic T was deleted and created again/);
  const next = bench.append();
  await bench.rest();
  assert.equal(next.error?.kind, 'topic-recreated');
  assert.deepEqual(bench.on(0), []);
});

test('What is known of a topic does, until something fails; a topic without a leader is asked for again', async () => {
  const bench = await new ProducerBench({ leaders: [0, 1, 2] }).warm();
  // Each partition was found by what was known by then.
  assert.deepEqual(bench.cluster.refreshes.length, 1);
  const before = performance.now();
  bench.append(0);
  await bench.rest();
  bench.cluster.logs[0]!.elect(2, false);
  await bench.answer({ code: 6 });
  assert.equal(bench.cluster.refreshes.length, 2);
  // Whatever was told before the failure is too old.
  assert.ok(bench.cluster.refreshes[1]! >= before && bench.cluster.refreshes[1]! <= performance.now());
  assert.deepEqual(bench.on(2), [['0: 3']]);
  await bench.answer({}, 2);
  // A link that ended orderly says nothing against what is known, where a leader is known.
  bench.cluster.breakOff(1);
  bench.append(1);
  await bench.rest();
  assert.equal(bench.cluster.refreshes.length, 2);
  await bench.answer({}, 1);

  // Of a partition without a leader it is too little to be waited for.
  const other = new ProducerBench({ leaders: [0, -1] });
  other.append(0);
  await other.rest();
  await other.answer();
  other.cluster.logs[1]!.leader = 1;
  const sent = other.append(1);
  await other.rest();
  await other.answer({}, 1);
  assert.equal(sent.offset, 0);
  assert.deepEqual([other.cluster.refreshes.length, waits(other)], [2, []]);
  // Each failure asks for what is newer than itself.
  other.cluster.faults.push('lost', 'lost', 'lost');
  other.append(1);
  await other.rest();
  await other.answer({ code: 6 }, 1);
  const since = other.cluster.refreshes.slice(2).map(Number);
  assert.equal(since.length, 4);
  assert.ok(since.every((time, index) => index === 0 || time > since[index - 1]!));
});

test('All partitions are written to under one producer id, until a broker has forgotten it', async () => {
  const bench = await new ProducerBench({ leaders: [0, 0] }).warm();
  bench.append(0);
  bench.append(1);
  await bench.rest();
  const [first, second] = bench.batches();
  assert.deepEqual([producerOf(first!), producerOf(second!), epochOf(first!)], [1n, 1n, 0]);
  // UNKNOWN_PRODUCER_ID, of both: each gets one of its own.
  await bench.answer({ code: 59 });
  const ids = [];
  while (bench.cluster.to(0).length > 0) ids.push(...(await bench.answer()).map(producerOf));
  assert.deepEqual(ids.toSorted(), [2n, 3n]);
});

/** A partition of a cluster that answers so to who asks for a producer id. */
function identifying(...answers: readonly object[]): ProducerBench {
  const left = [...answers];
  const cluster = new ModelCluster({
    logs: [new PartitionLog(0)],
    versions: new Map([[Api.produce, 13]]),
    control: () => ({ throttleTimeMs: 0, ...left.shift() }),
  });
  return new ProducerBench({ cluster });
}

test('A producer id that was not given, or is none, is asked for again', async () => {
  const bench = identifying(
    { errorCode: 0, producerId: -1n, producerEpoch: 0 },
    { errorCode: 0, producerId: 5n, producerEpoch: -1 },
    { errorCode: 15, producerId: 5n, producerEpoch: 0 },
    { errorCode: 0, producerId: 0n, producerEpoch: 7 },
  );
  const sent = bench.append();
  await bench.rest();
  const messages = waits(bench).map((line) => line.replace('waits to write to T-0: ', ''));
  assert.equal(messages.length, 3);
  assert.match(messages[0]!, /^-1, epoch 0, is no producer id/);
  assert.match(messages[1]!, /^5, epoch -1, is no producer id/);
  assert.match(messages[2]!, /^Could not get a producer id: COORDINATOR_NOT_AVAILABLE/);
  assert.deepEqual([producerOf(bench.batches()[0]!), epochOf(bench.batches()[0]!)], [0n, 7]);
  await bench.answer();
  assert.equal(sent.offset, 0);
});

test('Who may have no producer id is told so at once, and asks again with the next record', async () => {
  const bench = identifying(
    { errorCode: 31, producerId: -1n, producerEpoch: -1 },
    { errorCode: 0, producerId: 1n, producerEpoch: 0 },
  );
  const sent = bench.append();
  await bench.rest();
  assert.equal(sent.error?.kind, 'unauthorized');
  assert.match(sent.error!.message, /^Could not get a producer id: CLUSTER_AUTHORIZATION_FAILED/);
  assert.deepEqual(waits(bench), []);
  const next = bench.append();
  await bench.rest();
  await bench.answer();
  assert.equal(next.offset, 0);
});

/** A record that was sent; its link broke before the answer, and by then it stood there or not. */
async function doubted(options: { isAppended: boolean; tells: boolean; faults?: readonly ControlFault[] }) {
  const bench = await new ProducerBench({ tells: options.tells }).warm();
  const sent = bench.append();
  await bench.rest();
  const [batch] = bench.batches();
  if (options.isAppended) bench.cluster.logs[0]!.take(batch!.bytes);
  bench.cluster.breakOff(0, new NetworkFailure('the cable'));
  await bench.rest();
  // The same batch once more: it is not known there, though it should be.
  if (!options.isAppended) {
    bench.cluster.faults.push(...(options.faults ?? []));
    await bench.answer({ code: 45 });
  }
  return { bench, sent };
}

test('What may stand there is sent again under its number, which proves it', async () => {
  const { bench, sent } = await doubted({ isAppended: true, tells: true });
  assert.deepEqual(waits(bench), ['waits to write to T-0: the cable']);
  const [again] = await bench.answer();
  assert.equal(again!.bytes.readInt32BE(53), 1);
  assert.equal(sent.offset, 1);
  assert.equal(bench.cluster.logs[0]!.end, 2);
});

test('A doubt is settled by what the leader tells of its producers', async () => {
  const { bench, sent } = await doubted({ isAppended: false, tells: true });
  await bench.answer();
  assert.equal(sent.offset, 1);
  assert.equal(bench.cluster.logs[0]!.end, 2);
  // Not now: asked again, after a wait.
  const later = await doubted({ isAppended: false, tells: true, faults: [7] });
  assert.ok(
    waits(later.bench).some((line) => /ask for the last record of T-0: REQUEST_TIMED_OUT/.test(line)),
  );
  await later.bench.answer();
  assert.equal(later.sent.offset, 1);
});

test('Where the leader does not tell, or may not, what may stand there is told as such', async () => {
  for (const options of [
    { isAppended: false, tells: false },
    { isAppended: false, tells: true, faults: [29] },
  ]) {
    const { bench, sent } = await doubted(options);
    assert.equal(sent.error?.kind, 'invalid');
    assert.match(
      sent.error!.message,
      /cannot tell whether its last records stand on T-0\. They may be there/,
    );
    const next = bench.append();
    await bench.rest();
    await bench.answer();
    assert.equal(next.offset, 1);
  }
});

test('After a failure a broker is asked for an answer only where the new connection has had none: it costs a round trip', async () => {
  const asked: number[] = [];
  for (const greets of [false, true]) {
    const bench = await new ProducerBench().warm();
    bench.cluster.greets = greets;
    const sent = bench.append();
    await bench.rest();
    const before = bench.cluster.asked;
    bench.cluster.breakOff(0);
    await bench.rest();
    asked.push(bench.cluster.asked - before);
    await bench.answer();
    assert.equal(sent.offset, 1);
  }
  assert.equal(asked[0]! - asked[1]!, 1);
});
