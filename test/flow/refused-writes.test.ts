import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { KafkaError } from '../../src/kafka/contract.ts';
import { decodeStateRecord } from '../../src/records/state-record.ts';
import { faultyKafka } from '../support/faulty-kafka.ts';
import { Flow, noise } from '../support/flow.ts';
import { consumed } from '../support/records.ts';
import { waitFor } from '../support/wait.ts';

const stateTopic = 'files.state';

for (const [what, packBelow] of [
  ['packs', 100_000],
  ['chunks', 0],
] as const) {
  test(`A user who may not write is told at once, with ${what}`, async () => {
    const flow = new Flow();
    for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
    const kafka = faultyKafka(flow.cluster.client(), (topic) => {
      if (topic === flow.topic) throw new KafkaError('unauthorized', `not allowed to write to ${topic}`);
    });
    await assert.rejects(flow.up({ packBelow }, { kafka }), /not allowed to write to files/);
    assert.deepEqual(flow.told('sent'), []);
  });

  test(`A state that cannot be written any more ends an uploader that watches, with ${what}`, async () => {
    const flow = new Flow();
    for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
    const kafka = faultyKafka(flow.cluster.client(), (topic, record) => {
      if (topic !== stateTopic || decodeStateRecord(consumed(record)).kind !== 'file') return;
      throw new KafkaError('unauthorized', `not allowed to write to ${topic}`);
    });
    await assert.rejects(
      flow.up({ packBelow, once: false }, { kafka }),
      /not allowed to write to files\.state/,
    );
  });
}

test('While the state cannot be written, only so many files are sent, and all once it can be', async () => {
  const flow = new Flow({ maxMessageBytes: 65_536 });
  const count = 15_000;
  for (let index = 0; index < count; index++) flow.source.write(`${index}`, Buffer.from([index % 256]));
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  const kafka = faultyKafka(flow.cluster.client(), async (topic, record) => {
    if (topic !== stateTopic || decodeStateRecord(consumed(record)).kind !== 'file') return;
    waiting++;
    await gate.promise;
  });
  const running = flow.up({ packBelow: 100, bufferBytes: 3 * 65_536 }, { kafka });
  await waitFor(() => waiting >= 10_000);
  // Far more turns than the other files would take.
  for (let turn = 0; turn < 1000; turn++) await setImmediate();
  const held = waiting;
  gate.resolve();
  assert.equal((await running).files, count);
  assert.ok(held < 12_500, `${held} records of state waited`);
});
