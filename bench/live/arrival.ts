/**
 * From a part's acknowledgement by Kafka to the windows of all servers that follow the topic: `node bench/live/arrival.ts`.
 *
 * Four streams, each with a part of 25 kB every 200 ms; two servers, without viewers. Begins a Kafka of its own, or uses
 * `--bootstrap-servers`. Producer and servers share one process, and so one clock.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { type OpenStreams, openStreams } from '../../src/delivery/streams.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { openLiveTopics } from '../../src/live/topics.ts';
import { encodeLiveRecord } from '../../src/records/live-record.ts';
import { LiveScript } from '../../test/support/live-records.ts';
import { uniqueTopic } from '../../test/support/unique.ts';
import { quantile } from '../statistics.ts';

const { values } = parseArgs({
  options: {
    'bootstrap-servers': { type: 'string' },
    streams: { type: 'string', default: '4' },
    servers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '20' },
  },
});
const [streams, servers, seconds] = [values.streams, values.servers, values.seconds].map(Number) as [
  number,
  number,
  number,
];
const partTarget = 200;
const partBytes = Buffer.alloc(25_000, 7);

const broker = values['bootstrap-servers'] === undefined ? await startBroker() : undefined;
const bootstrapServers = broker?.bootstrapServers ?? values['bootstrap-servers'] ?? '';
const connect = (): Kafka => createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
const clients = Array.from({ length: servers + 1 }, connect);
const stop = new AbortController();
const topic = uniqueTopic('arrival');
const publisher = clients[0]!;
await openLiveTopics(publisher, topic, { partitions: 4, replicationFactor: 1 });

const names = Array.from({ length: streams }, (_, index) => `cam${index}`);

/** By part: when the last server had it. */
const arrived = new Map<string, number>();
const opened: OpenStreams[] = [];
for (const kafka of clients.slice(1)) {
  const server = await openStreams({ kafka, topic, signal: stop.signal });
  const heard = new Set<string>();
  opened.push(server);
  server.listen(() => {
    for (const name of names) {
      const live = server.live(name);
      if (live === undefined || heard.has(name)) continue;
      heard.add(name);
      live.listen((arrival) => {
        if (arrival.type === 'part') arrived.set(`${name} ${arrival.part.ordinal}`, performance.now());
      });
    }
  });
}

const acknowledged = new Map<string, number>();

async function publish(stream: string, index: number): Promise<void> {
  const producer = publisher.producer();
  const script = new LiveScript({ stream, began: Date.now() * 1000, partsPerSegment: 10 });
  const began = performance.now() + (index * partTarget) / streams;
  const { made } = script.segments(Math.ceil((seconds * 1000) / partTarget / 10));
  let parts = 0;
  for (const { record, bytes } of made) {
    const isPart = record.kind === 'part';
    if (isPart) await delay(Math.max(0, began + parts++ * partTarget - performance.now()));
    await producer.append(topic, index % 4, encodeLiveRecord(record, isPart ? partBytes : bytes));
    if (isPart) acknowledged.set(`${stream} ${record.ordinal}`, performance.now());
  }
  await producer.close();
}

await Promise.all(names.map(publish));
await delay(1000);
// A stream's first part is what tells of it: nobody could listen before.
const delays = [...acknowledged]
  .filter(([key]) => !key.endsWith(' 0'))
  .map(([key, at]) => (arrived.get(key) ?? Infinity) - at);
const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((share) => quantile(delays, share).toFixed(1));
process.stdout.write(
  `${delays.length} parts, ${servers} servers: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, most ${most} ms\n`,
);
stop.abort();
await Promise.all(opened.map(({ ended }) => ended));
await Promise.all(clients.map((kafka) => kafka.close()));
await broker?.stop();
