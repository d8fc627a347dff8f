/** Our own client, by the contract that the rest of Sluice uses. */
import { randomBytes } from 'node:crypto';
import { createKafka } from '../../src/kafka/client.ts';
import { latency } from './latency.ts';
import { reportOwnCost, workerArguments } from './own-cost.ts';

const { verb, bootstrap, topic, count, size } = workerArguments();
const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap } });
// Connected and told of the topic before the clock runs, as the others are.
await kafka.describeTopic(topic);

if (verb === 'produce') {
  const value = randomBytes(size);
  const producer = kafka.producer({ bufferBytes: 16 * 1024 * 1024 });
  await reportOwnCost(async () => {
    const appended: Promise<unknown>[] = [];
    for (let record = 0; record < count; record++) {
      await producer.ready();
      appended.push(producer.append(topic, 0, { value }));
    }
    await Promise.all(appended);
  });
} else if (verb === 'latency') {
  await reportOwnCost(() => latency(kafka, { topic, count, size }));
} else {
  const consumer = kafka.consumer({ topic, from: new Map([[0, 0]]), until: new Map([[0, count]]) });
  await reportOwnCost(async () => {
    let records = 0;
    for await (const batch of consumer) {
      records += batch.records.length;
      batch.release();
    }
    if (records !== count) throw new Error(`${records} of ${count} records came`);
  });
}
await kafka.close();
