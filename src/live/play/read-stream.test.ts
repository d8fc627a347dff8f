import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
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
