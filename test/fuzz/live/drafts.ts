/** Records of live streams as a publisher writes them: media, index and claims, one list for each programme. */

import type { Kafka } from '../../../src/kafka/contract.ts';
import { createMemoryCluster } from '../../../src/kafka/memory.ts';
import { indexTopicOf, streamsTopicOf } from '../../../src/live/topics.ts';
import { LiveScript } from '../../support/live-records.ts';
import { LiveTopic } from '../../support/live-topic.ts';
import { type WrittenRecord, written } from '../records/written.ts';

export const topic = 'live';
export const topics = [topic, indexTopicOf(topic), streamsTopicOf(topic)] as const;

/** Microseconds: programmes began so long ago. */
const ago = 20_000_000;

function scripts(): LiveScript[] {
  const began = Date.now() * 1000 - ago;
  return [
    new LiveScript({ stream: 'drafted', began }).segments(5).parts(2),
    new LiveScript({ stream: 'drafted', began, renditions: ['720p', '360p'], chunksPerPart: 2 })
      .segments(2)
      .parts(1),
    new LiveScript({ stream: 'drafted', began }).segments(2).gap().segments(1).restart().segments(2),
    new LiveScript({ stream: 'drafted', began }).segments(2).end(),
    new LiveScript({ stream: 'drafted', began })
      .segments(1)
      .parts(2)
      .restart(false)
      .segments(2)
      .gap()
      .parts(1),
  ];
}

export async function draftProgrammes(): Promise<readonly (readonly WrittenRecord[])[]> {
  return Promise.all(
    scripts().map(async ({ made }) => {
      const kafka = createMemoryCluster().client();
      const live = await LiveTopic.open(kafka, topic);
      // An entry of the index comes soon behind its segment, as it does in life.
      for (let at = 0; at < made.length; at += 4) await live.append(made.slice(at, at + 4));
      const records = (await Promise.all(topics.map((name) => recordsOf(kafka, name)))).flat();
      await kafka.close();
      return records;
    }),
  );
}

async function recordsOf(kafka: Kafka, name: string): Promise<WrittenRecord[]> {
  const [from, until] = [await kafka.offsets(name, 'earliest'), await kafka.offsets(name, 'latest')];
  const records: WrittenRecord[] = [];
  for await (const batch of kafka.consumer({ topic: name, from, until })) {
    records.push(...batch.records.map((record) => written(record, name, 0)));
    batch.release();
  }
  return records;
}
