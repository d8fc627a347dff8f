import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { clockedCluster, mirror } from '../../../test/support/mirror.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { indexTopicOf, openLiveTopics, streamsTopicOf } from '../topics.ts';
import type { ReadingEvent } from './options.ts';
import { readStream } from './read-stream.ts';

test('A log that is cut while a stream is read: said, and read on as behind a hole', async () => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  const topic = await LiveTopic.open(kafka, 'live');
  const script = new LiveScript({ began: (Date.now() - 10_000) * 1000 });
  await topic.append(script.segments(3).made);
  const stop = new AbortController();
  const events: ReadingEvent[] = [];
  const onEvent = (event: ReadingEvent) => events.push(event);
  const reading = {
    topic: 'live',
    stream: 'cam',
    rendition: 'main',
    once: false,
    from: 'beginning' as const,
  };
  const media: number[] = [];
  const done = (async () => {
    const steps = readStream(kafka, { ...reading, atSegments: false, signal: stop.signal, onEvent });
    for await (const step of steps) if (step.type === 'chunk') media.push(step.record.media);
  })();
  done.catch(() => {});
  await waitFor(() => media.includes(2));
  for (const name of ['live', 'live.index', 'live.streams']) cluster.cutLog(name, 0, 3);
  await waitFor(() => events.some(({ type }) => type === 'warning'));
  const before = script.made.length;
  await topic.append(script.segments(2).made.slice(before));
  await waitFor(() => media.includes(4));
  stop.abort();
  await done;
  assert.deepEqual([...new Set(media)], [0, 1, 2, 3, 4]);
  assert.deepEqual(
    media,
    media.toSorted((a, b) => a - b),
  );
  const words = events.flatMap((event) => (event.type === 'warning' ? event.message : []));
  assert.equal(words.length, 1);
  assert.match(words[0] ?? '', /topic live, partition 0, was cut at offset 3 /);
});

for (const [what, others, filler] of [
  ['greater than here', 100, 0],
  ['a little greater than here', 4, 0],
  ['smaller than here', 0, 500],
  ['a little smaller than here', 0, 4],
] as const) {
  test(`A clip of a topic that was copied is whole where offsets of the index are ${what}`, async () => {
    const [source, target] = [clockedCluster(), clockedCluster()];
    const began = Date.now() - 60_000;
    source.set(began - 1_000_000);
    const topic = await LiveTopic.open(source.kafka, 'live');
    const other = new LiveScript({ stream: 'other', began: (began - 1_000_000) * 1000 });
    if (others > 0) await topic.append(other.segments(others).made.slice(0, others));
    const script = new LiveScript({ began: began * 1000 });
    for (let segment = 0; segment < 40; segment += 1) {
      const at = script.made.length;
      source.set(began + (segment + 1) * 1000);
      await topic.append(script.segments(1).made.slice(at));
    }
    source.cluster.deleteRecords('live', 0, others);
    await openLiveTopics(target.kafka, 'live', { partitions: 1, replicationFactor: 1 });
    target.set(1);
    const producer = target.kafka.producer();
    for (let count = 0; count < filler; count += 1) {
      await producer.append('live', 0, { key: null, value: Buffer.from('filler') });
    }
    await mirror(source.kafka, target, ['live', indexTopicOf('live'), streamsTopicOf('live')]);
    for (const [from, first] of [
      ['beginning', 0],
      [began + 20_000, 20],
    ] as const) {
      const media: number[] = [];
      const { signal } = new AbortController();
      const reading = {
        topic: 'live',
        stream: 'cam',
        rendition: 'main',
        once: true,
        from,
        to: began + 30_000,
      };
      const steps = readStream(target.kafka, { ...reading, atSegments: true, signal, onEvent: () => {} });
      for await (const step of steps) if (step.type === 'chunk') media.push(step.record.media);
      const clip = script.made.flatMap(({ record }) => {
        const isWanted = record.kind === 'part' && record.rendition === 'main';
        return isWanted && record.media >= first && record.media < 30 ? record.media : [];
      });
      assert.deepEqual(media, clip);
    }
  });
}
