/** What a server finds of a live topic that was copied to another cluster, whatever stood on both before: the same as on the first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStreams } from '../../src/delivery/streams.ts';
import { indexTopicOf, openLiveTopics, streamsTopicOf } from '../../src/live/topics.ts';
import { LiveScript } from '../support/live-records.ts';
import { LiveTopic } from '../support/live-topic.ts';
import { clockedCluster, mirror } from '../support/mirror.ts';
import fc from '../support/properties.ts';
import { waitFor } from '../support/wait.ts';
import { parameters } from './parameters.ts';

interface Copy {
  /** One-second segments of the programme. */
  readonly seconds: number;
  /** Records that stood before it where it was published, and where it is copied to: all of them are gone meanwhile. */
  readonly others: number;
  readonly filler: number;
  /** Its oldest segments, which retention has taken from the copy. */
  readonly expired: number;
}

const copy: fc.Arbitrary<Copy> = fc.record({
  seconds: fc.integer({ min: 12, max: 50 }),
  others: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
  filler: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 })),
  expired: fc.integer({ min: 0, max: 6 }),
});

/** An init and five parts. */
const recordsASegment = 6;

async function play({ seconds, others, filler, expired }: Copy): Promise<void> {
  const [source, target] = [clockedCluster(), clockedCluster()];
  const began = Date.now() - 600_000;
  source.set(began - 1_000_000);
  const topic = await LiveTopic.open(source.kafka, 'live');
  const other = new LiveScript({ stream: 'other', began: (began - 1_000_000) * 1000 });
  if (others > 0) await topic.append(other.segments(others).made.slice(0, others));
  const script = new LiveScript({ began: began * 1000 });
  for (let segment = 0; segment < seconds; segment += 1) {
    const from = script.made.length;
    source.set(began + (segment + 1) * 1000);
    await topic.append(script.segments(1).made.slice(from));
  }
  source.cluster.deleteRecords('live', 0, others);
  await openLiveTopics(target.kafka, 'live', { partitions: 1, replicationFactor: 1 });
  target.set(1);
  const producer = target.kafka.producer();
  for (let count = 0; count < filler; count += 1)
    await producer.append('live', 0, { key: null, value: Buffer.from('filler') });
  await mirror(source.kafka, target, ['live', indexTopicOf('live'), streamsTopicOf('live')]);
  target.cluster.deleteRecords('live', 0, filler + expired * recordsASegment);
  const stop = new AbortController();
  const streams = await openStreams({ kafka: target.kafka, topic: 'live', signal: stop.signal });
  try {
    await waitFor(() => streams.live('cam') !== undefined, { what: 'the window of a silent stream' });
    const listed = streams.archive.segments('cam').map(({ media }) => media);
    assert.deepEqual(
      listed,
      Array.from({ length: seconds - 1 - expired }, (_, index) => index + expired),
      'other segments are listed than stand there',
    );
    for (const media of [listed[0]!, listed[Math.floor(listed.length / 2)]!, listed.at(-1)!]) {
      const bytes = await streams.archive.bytes('cam', 'main', 1, media);
      assert.match(
        String(bytes?.[0]),
        new RegExp(`^part main 1\\.${media}\\.0`),
        `segment ${media} is not there`,
      );
    }
  } finally {
    stop.abort();
    await streams.ended;
  }
}

test('A copy of a live topic has all that stands on it, whatever offsets its index tells', async () => {
  await fc.assert(fc.asyncProperty(copy, play), parameters({ numRuns: 10, seed: 171 }));
});
