import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KafkaError } from '../../src/kafka/contract.ts';
import { decodeStateRecord } from '../../src/records/state-record.ts';
import { faultyKafka } from '../support/faulty-kafka.ts';
import { Flow, noise } from '../support/flow.ts';
import { consumed } from '../support/records.ts';

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
