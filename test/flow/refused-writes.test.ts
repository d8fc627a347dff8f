import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kafka, KafkaError } from '../../src/kafka/contract.ts';
import { Flow, noise } from '../support/flow.ts';

/** A client whose user may not write to the files topic: every append is refused for good. */
function readOnly(kafka: Kafka, topic: string): Kafka {
  const refused = new KafkaError('unauthorized', `not allowed to write to ${topic}`);
  return new Proxy(kafka, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'producer') return value.bind(target);
      return () => {
        const producer = target.producer();
        const append = producer.append.bind(producer);
        producer.append = (to, partition, record) =>
          to === topic ? Promise.reject(refused) : append(to, partition, record);
        return producer;
      };
    },
  });
}

for (const [what, packBelow] of [
  ['packs', 100_000],
  ['chunks', 0],
] as const) {
  test(`A user who may not write is told at once, with ${what}`, async () => {
    const flow = new Flow();
    for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
    const kafka = readOnly(flow.cluster.client(), flow.topic);
    await assert.rejects(flow.up({ packBelow }, { kafka }), /not allowed to write to files/);
    assert.deepEqual(flow.told('sent'), []);
  });
}
