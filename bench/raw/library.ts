/** The library's own producer and consumer, as its documentation shows them. */
import { randomBytes } from 'node:crypto';
import { Consumer, ProduceAcks, Producer } from '@platformatic/kafka';
import { reportOwnCost, workerArguments } from './own-cost.ts';

const { verb, bootstrap, topic, count, size } = workerArguments();
const inFlight = 8;

if (verb === 'produce') {
  const value = randomBytes(size);
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'bench',
    bootstrapBrokers: [bootstrap],
    acks: ProduceAcks.ALL,
    idempotent: false,
  });
  await producer.metadata({ topics: [topic] });
  await reportOwnCost(async () => {
    let next = 0;
    const send = async (): Promise<void> => {
      while (next++ < count) await producer.send({ messages: [{ topic, partition: 0, value }] });
    };
    await Promise.all(Array.from({ length: inFlight }, send));
  });
  await producer.close();
} else {
  const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'bench',
    groupId: `bench-${process.pid}`,
    bootstrapBrokers: [bootstrap],
    autocommit: false,
  });
  await reportOwnCost(async () => {
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'earliest',
      maxBytes: 16 * 1024 * 1024,
      maxBytesPerPartition: 8 * 1024 * 1024,
    });
    let records = 0;
    for await (const _ of stream) if (++records === count) break;
  });
  await consumer.close(true);
}
