/** What comes of a record by what is answered to it: each answer once, or again and again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicId } from '../../../test/models/kafka/cluster.ts';
import { encodeProduceResponse } from '../../../test/models/kafka/produce-wire.ts';
import { ProducerBench } from '../../../test/models/kafka/producer-bench.ts';

const waits = ({ cluster }: ProducerBench) => cluster.told.filter((line) => line.startsWith('waits')).length;

test('What was not appended is sent again, after a wait', async () => {
  for (const [code, isAppended] of [
    // NOT_ENOUGH_REPLICAS, and what may or may not stand there.
    [19, false],
    [-1, false],
    [-1, true],
    [6, false],
    [20, true],
    [7, true],
    [32_000, true],
    [3, false],
    [100, false],
  ] as const) {
    const bench = await new ProducerBench().warm();
    const sent = bench.append();
    await bench.rest();
    await bench.answer({ code, isAppended });
    assert.equal(waits(bench), 1, `${code}`);
    assert.match(bench.cluster.told.at(-1)!, /^waits to write to T-0: /);
    await bench.answer();
    assert.equal(sent.offset, 1, `${code}`);
    assert.equal(bench.cluster.told.at(-1), 'could write to T-0');
    assert.equal(bench.cluster.logs[0]!.end, 2);
  }
});

test('A refused record is rejected at once, and those behind it go on without a wait', async () => {
  for (const [code, kind, message] of [
    [10, 'too-large', /MESSAGE_TOO_LARGE/],
    [18, 'too-large', /RECORD_LIST_TOO_LARGE/],
    [29, 'unauthorized', /Ask for the right Write on Topic:T/],
    [87, 'invalid', /in words of its own/],
    [32, 'invalid', /in words of its own/],
    [43, 'unsupported', /UNSUPPORTED_FOR_MESSAGE_FORMAT/],
  ] as const) {
    const bench = await new ProducerBench().warm();
    const sent = bench.append();
    await bench.rest();
    await bench.answer({ code, words: 'in words of its own' });
    assert.equal(sent.error?.kind, kind, `${code}`);
    assert.match(sent.error!.message, /^Could not write to T-0: /);
    assert.match(sent.error!.message, code === 29 ? message : /in words of its own/);
    const next = bench.append();
    await bench.rest();
    await bench.answer();
    assert.equal(next.offset, 1);
    assert.equal(waits(bench), 0);
    assert.equal(bench.producer.pendingBytes, 0);
  }
});

test('A batch that comes damaged is sent five times, and then it is damaged here', async () => {
  const bench = await new ProducerBench().warm();
  const sent = bench.append();
  await bench.rest();
  for (let count = 1; count < 5; count += 1) {
    await bench.answer({ code: 2 });
    assert.equal(sent.error, undefined, `${count} times`);
    assert.equal(waits(bench), count);
  }
  await bench.answer({ code: 2 });
  assert.equal(sent.error?.kind, 'corrupt');
  assert.equal(waits(bench), 4);
  // Each batch is counted for itself.
  const next = bench.append();
  await bench.rest();
  await bench.answer({ code: 2 });
  await bench.answer();
  assert.equal(next.offset, 1);
});

test('A refusal that tells where the batch stands is asked for once more', async () => {
  const bench = await new ProducerBench().warm();
  const sent = bench.append();
  await bench.rest();
  // Appended, and the answer spoiled on its way.
  await bench.answer({ code: 87, isAppended: true, offset: 1 });
  assert.equal(waits(bench), 1);
  await bench.answer();
  assert.equal(sent.offset, 1);
  assert.equal(bench.cluster.logs[0]!.end, 2);

  const other = await new ProducerBench().warm();
  const refused = other.append();
  await other.rest();
  for (let count = 0; count < 4 && refused.error === undefined; count += 1)
    await other.answer({ code: 87, offset: 0 });
  assert.equal(refused.error?.kind, 'invalid');
  assert.equal(other.cluster.logs[0]!.end, 1);
});

test('An answer that says nothing of a partition leaves its batch in doubt', async () => {
  const bench = await new ProducerBench({ leaders: [0, 0] }).warm();
  const sent = [bench.append(0), bench.append(1)];
  await bench.rest();
  const batches = bench.batches();
  bench.cluster.logs[1]!.take(batches[1]!.bytes);
  // Of the first alone, twice.
  const [first] = batches;
  const one = { topicId, partition: 0, code: 0, offset: bench.cluster.logs[0]!.take(first!.bytes) };
  bench.request().answer(encodeProduceResponse([one]));
  await bench.rest();
  assert.equal(sent[0]!.offset, 1);
  assert.match(bench.cluster.told.at(-1)!, /^waits to write to T-1: .*says nothing of it/);
  await bench.answer();
  assert.equal(sent[1]!.offset, 1);
  assert.equal(bench.cluster.logs[1]!.end, 2);
});

test('A broker that has forgotten its producer is asked again at once, then after waits, and given up after eight', async () => {
  for (const code of [45, 59, 47]) {
    const bench = await new ProducerBench().warm();
    const sent = bench.append();
    await bench.rest();
    for (let count = 1; count < 8; count += 1) {
      await bench.answer({ code });
      assert.equal(sent.error, undefined, `${code}, ${count} times`);
      assert.equal(waits(bench), count - 1);
    }
    await bench.answer({ code });
    assert.equal(sent.error?.kind, 'unsupported');
    assert.match(sent.error!.message, /8 times in a row the leader of T-0 .* Last answer: /);
    // Each of those answers proves that it was not appended.
    assert.doesNotMatch(sent.error!.message, /may be there/);
    assert.equal(waits(bench), 6);
    assert.deepEqual(bench.on(0), []);
    // The next one may do better, and is counted anew.
    const next = bench.append();
    await bench.rest();
    await bench.answer({ code });
    await bench.answer();
    assert.equal(next.offset, 1);
  }
});

test('A broker that has forgotten its producer now and then is no broker that remembers nothing', async () => {
  const bench = await new ProducerBench().warm();
  for (let count = 0; count < 10; count += 1) {
    const sent = bench.append();
    await bench.rest();
    await bench.answer({ code: 59 });
    await bench.answer();
    assert.equal(sent.offset, count + 1);
  }
  assert.equal(waits(bench), 0);
});

test('What ends earlier than it did is another topic of the name, where topics go by name alone', async () => {
  const bench = await new ProducerBench({ version: 12 }).warm();
  const early = Array.from({ length: 3 }, () => bench.append());
  await bench.rest();
  await bench.answer();
  assert.deepEqual(
    early.map(({ offset }) => offset),
    [1, 2, 3],
  );
  const sent = bench.append();
  await bench.rest();
  // Made anew.
  bench.cluster.topicId = '11111111-4455-6677-8899-aabbccddeeff';
  await bench.answer({ code: 0, offset: 3 });
  assert.equal(sent.error?.kind, 'topic-recreated');
  assert.match(sent.error!.message, /may be there/);
  const asked = bench.cluster.refreshes.length;
  const next = bench.append();
  await bench.rest();
  assert.equal(next.error?.kind, 'topic-recreated');
  // Nobody is asked any more.
  assert.deepEqual([bench.on(0), bench.cluster.refreshes.length], [[], asked]);
  // Its first record.
  const other = await new ProducerBench({ version: 12 }).warm();
  const first = other.append();
  await other.rest();
  other.cluster.topicId = '11111111-4455-6677-8899-aabbccddeeff';
  await other.answer({ code: 0, offset: 0 });
  assert.equal(first.error?.kind, 'topic-recreated');
});

test('A topic that is the same all the same may go on from where it ends now', async () => {
  const bench = await new ProducerBench({ version: 12 }).warm();
  const sent = bench.append();
  await bench.rest();
  await bench.answer({ code: 0, offset: 0 });
  assert.equal(waits(bench), 1);
  await bench.answer({ code: 0, offset: 0 });
  assert.equal(sent.offset, 0);
});

test('What a producer that is forgotten has sent before may be there only if no answer said that it is not', async () => {
  for (const [code, isDoubt] of [
    [19, false],
    [2, false],
    [-1, true],
    [7, true],
  ] as const) {
    const bench = await new ProducerBench().warm();
    const sent = bench.append();
    await bench.rest();
    await bench.answer({ code });
    await bench.answer({ code: 59 });
    if (isDoubt) assert.match(sent.error!.message, /may be there/, `${code}`);
    else {
      await bench.answer();
      assert.equal(sent.offset, 1, `${code}`);
    }
  }
});

test('What ends where it ended, or later, is the same topic; so is one that does not say', async () => {
  const bench = await new ProducerBench({ version: 12 }).warm();
  for (const [told, offset] of [
    [1, 1],
    [-1, -1],
    [7, 7],
  ] as const) {
    const sent = bench.append();
    await bench.rest();
    await bench.answer({ code: 0, offset: told });
    assert.equal(sent.offset, offset);
  }
  assert.equal(waits(bench), 0);
});

test('Answers to other topics say nothing, though their partitions have the same numbers', async () => {
  const bench = await new ProducerBench().warm();
  const sent = bench.append();
  await bench.rest();
  const offset = bench.cluster.logs[0]!.take(bench.batches()[0]!.bytes);
  const other = { topicId: '11111111-4455-6677-8899-aabbccddeeff', partition: 0, code: 29, offset: -1 };
  bench.request().answer(encodeProduceResponse([other, { topicId, partition: 0, code: 0, offset }]));
  await bench.rest();
  assert.equal(sent.offset, 1);
});

test('An answer that says nothing of a batch leaves it in doubt when its producer is forgotten', async () => {
  const bench = await new ProducerBench().warm();
  const sent = bench.append();
  await bench.rest();
  bench.request().answer(encodeProduceResponse([]));
  await bench.rest();
  await bench.answer({ code: 59 });
  assert.match(sent.error!.message, /may be there/);
});

test('Nothing is asked for, or sent again, before everything on its way has been answered', async () => {
  const bench = await new ProducerBench().warm();
  const sent = Array.from({ length: 3 }, () => bench.append(0, Buffer.alloc(250_000)));
  await bench.rest();
  assert.equal(bench.on(0).length, 3);
  await bench.answer({ code: 19 });
  assert.deepEqual([waits(bench), bench.on(0).length], [0, 2]);
  await bench.answer();
  assert.deepEqual([waits(bench), bench.on(0).length], [0, 1]);
  await bench.answer();
  assert.deepEqual(bench.on(0), [['0: 1']]);
  while (bench.cluster.to(0).length > 0) await bench.answer();
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    [1, 2, 3],
  );
});
