import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { type ClockedCluster, clockedCluster, mirror } from '../../../test/support/mirror.ts';
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

const seconds = 40;

/**
 * A stream of one-second segments that began a minute ago, on a topic that is copied to another cluster; there `others` records less, or `filler` more, stand
 * before it. `publish` brings more of it, and its copy.
 */
async function copied(others: number, filler: number) {
  const [source, target] = [clockedCluster(), clockedCluster()];
  const began = Date.now() - 60_000;
  source.set(began - 1_000_000);
  const topic = await LiveTopic.open(source.kafka, 'live');
  const other = new LiveScript({ stream: 'other', began: (began - 1_000_000) * 1000 });
  if (others > 0) await topic.append(other.segments(others).made.slice(0, others));
  const script = new LiveScript({ began: began * 1000 });
  let from = 0;
  const publish = async (segments: number): Promise<void> => {
    for (let segment = 0; segment < segments; segment += 1) {
      source.set(began + (script.media + 1) * 1000);
      await topic.append(script.segments(1).made.slice(from));
      from = script.made.length;
    }
  };
  await publish(seconds);
  source.cluster.deleteRecords('live', 0, others);
  await openLiveTopics(target.kafka, 'live', { partitions: 1, replicationFactor: 1 });
  target.set(1);
  const producer = target.kafka.producer();
  for (let count = 0; count < filler; count += 1) {
    await producer.append('live', 0, { key: null, value: Buffer.from('filler') });
  }
  const topics = ['live', indexTopicOf('live'), streamsTopicOf('live')];
  await mirror(source.kafka, target, topics);
  return { kafka: target.kafka, script, began, publish, source, target };
}

for (const [what, others, filler] of [
  ['greater than here', 100, 0],
  ['a little greater than here', 4, 0],
  ['smaller than here', 0, 500],
  ['a little smaller than here', 0, 4],
] as const) {
  test(`A clip of a topic that was copied is whole where offsets of the index are ${what}`, async () => {
    const { kafka, script, began } = await copied(others, filler);
    for (const [from, first] of [
      ['beginning', 0],
      [began + 20_000, 20],
    ] as const) {
      const media: number[] = [];
      const { signal } = new AbortController();
      const reading = { ...{ topic: 'live', stream: 'cam', rendition: 'main', once: true }, from };
      const options = { ...reading, to: began + 30_000, atSegments: true, signal, onEvent: () => {} };
      for await (const step of readStream(kafka, options))
        if (step.type === 'chunk') media.push(step.record.media);
      const clip = script.made.flatMap(({ record }) => {
        const isWanted = record.kind === 'part' && record.rendition === 'main';
        return isWanted && record.media >= first && record.media < 30 ? record.media : [];
      });
      assert.deepEqual(media, clip);
    }
  });

  test(`Playing a topic that was copied begins with what is newest where the offset of the claim is ${what}`, async () => {
    const { kafka, source, target, publish } = await copied(others, filler);
    const read = kafka.consumer.bind(kafka);
    const beginnings: number[] = [];
    kafka.consumer = (options) => {
      if (options.topic === 'live' && 'from' in options) beginnings.push(options.from?.get(0) ?? 0);
      return read(options);
    };
    const stop = new AbortController();
    const media: number[] = [];
    const done = (async () => {
      const reading = { topic: 'live', stream: 'cam', rendition: 'main', once: false, atSegments: false };
      const options = { ...reading, signal: stop.signal, onEvent: () => {} };
      for await (const step of readStream(kafka, options))
        if (step.type === 'chunk') media.push(step.record.media);
    })();
    done.catch(() => {});
    await waitFor(() => beginnings.length > 0);
    // Another minute of it would be as well, a topic of a year would not.
    assert.ok(beginnings[0]! >= filler + (seconds - 20) * 6, `it reads from ${beginnings[0]} on`);
    // Within the last segment: it begins with the next one, as it would at home.
    const first = others === 0 && filler < 6 ? seconds : seconds - 1;
    if (first < seconds) await waitFor(() => media.includes(first), { what: 'the newest segment' });
    await publish(2);
    await mirrorMore(source, target);
    await waitFor(() => media.includes(seconds + 1), { what: 'what is copied later' });
    stop.abort();
    await done;
    assert.deepEqual([...new Set(media)].toSorted(), first < seconds ? [39, 40, 41] : [40, 41]);
  });
}

/** The last two segments, each an init and five parts. */
async function mirrorMore(source: ClockedCluster, target: ClockedCluster): Promise<void> {
  const end = (await source.kafka.offsets('live', 'latest')).get(0) ?? 0;
  await mirror(source.kafka, target, ['live'], end - 12);
}
