/** Looking into a flow's topic, as `sluice list` and `sluice cat` do. */
import { catFrom } from '../../src/files/cat.ts';
import { listFrom } from '../../src/files/list.ts';
import type { CatOptions, ListedFile, ListOptions } from '../../src/files/shared/reading-options.ts';
import { Flow, noise } from './flow.ts';

/** The files that `sluice list` would print. */
export async function list(flow: Flow, options: Partial<ListOptions> = {}) {
  const kafka = flow.cluster.client();
  const files = await listFrom(kafka, { kafka: {}, topic: flow.topic, ...options });
  await kafka.close();
  return files;
}

/** What `sluice cat` would write. */
export async function cat(flow: Flow, file: string, options: Partial<CatOptions> = {}): Promise<Buffer> {
  const kafka = flow.cluster.client();
  const pieces: Buffer[] = [];
  try {
    for await (const piece of catFrom(kafka, { kafka: {}, topic: flow.topic, file, ...options })) {
      pieces.push(Buffer.from(piece));
    }
  } finally {
    await kafka.close();
  }
  return Buffer.concat(pieces);
}

/**
 * Another cluster with both topics of the flow, as a mirror of topics copies them: records, their keys and partitions are the same,
 * and topic ids, offsets and times are the other cluster's own.
 */
export async function copied(flow: Flow): Promise<Flow> {
  const copy = new Flow();
  const kafka = copy.cluster.client();
  await copy.prepare(kafka);
  const stateTopic = `${flow.topic}.state`;
  const config = { 'cleanup.policy': 'compact' };
  await kafka.createTopic({ name: stateTopic, partitions: 8, replicationFactor: 1, config });
  const producer = kafka.producer();
  // What was there before retention took it makes the offsets differ.
  await producer.append(copy.topic, 0, { value: Buffer.from('before') });
  for (const topic of [flow.topic, stateTopic]) {
    for (const { partition, key, headers, value } of await flow.records(topic))
      await producer.append(topic, partition, { key, headers, value });
  }
  await kafka.close();
  return copy;
}

/** What tells a listed file from others. */
export const named = ({ uploader, path, upload, state }: ListedFile) =>
  `${uploader}/${path} ${upload} ${state}`;

/** A flow with two versions of a large and of a packed file, one empty file, and one that is half sent. */
export async function sentFlow(): Promise<Flow> {
  const flow = new Flow();
  for (let version = 0; version < 2; version++) {
    flow.source.write('dir/large', noise(5000));
    flow.source.write('packed', noise(100));
    flow.source.write('empty', noise(0));
    await flow.up({ packBelow: 200 });
  }
  return flow;
}
