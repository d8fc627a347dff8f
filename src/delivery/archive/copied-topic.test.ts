/** Topics that were copied to another cluster: offsets of the index are those of the cluster that they come from. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { type ClockedCluster, clockedCluster, mirror } from '../../../test/support/mirror.ts';
import { waitFor } from '../../../test/support/wait.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { indexTopicOf, openLiveTopics, streamsTopicOf } from '../../live/topics.ts';
import { type OpenStreams, openStreams } from '../streams.ts';

const seconds = 60;

/** Publishes a programme of one-second segments that began `seconds` ago, behind so many records of another stream. */
async function published({ kafka, set }: ClockedCluster, began: number, others: number) {
  set(began - 1_000_000);
  const topic = await LiveTopic.open(kafka, 'live');
  const other = new LiveScript({ stream: 'other', began: (began - 1_000_000) * 1000 });
  if (others > 0) await topic.append(other.segments(others).made.slice(0, others));
  const script = new LiveScript({ began: began * 1000 });
  for (let segment = 0; segment < seconds; segment += 1) {
    const from = script.made.length;
    set(began + (segment + 1) * 1000);
    await topic.append(script.segments(1).made.slice(from));
  }
}

/** What MirrorMaker does: records with their times, to offsets as they come. `filler`: what stood on the copy before. */
async function copied(source: ClockedCluster, target: ClockedCluster, filler: number): Promise<void> {
  await openLiveTopics(target.kafka, 'live', { partitions: 1, replicationFactor: 1 });
  const producer = target.kafka.producer();
  target.set(1);
  for (let count = 0; count < filler; count += 1) {
    await producer.append('live', 0, { key: null, value: Buffer.from('filler') });
  }
  await mirror(source.kafka, target, ['live', indexTopicOf('live'), streamsTopicOf('live')]);
}

async function serverOf(t: TestContext, kafka: Kafka): Promise<OpenStreams> {
  const stop = new AbortController();
  const streams = await openStreams({ kafka, topic: 'live', signal: stop.signal });
  t.after(async () => {
    stop.abort();
    await streams.ended;
  });
  return streams;
}

for (const [name, others, filler, removed] of [
  ['greater than here', 40, 0, 0],
  ['greater, and here retention has begun', 40, 0, 6 * 5],
  ['smaller than here', 0, 500, 500],
  ['smaller, and here retention has begun', 0, 500, 500 + 6 * 5],
  ['those of this cluster', 0, 0, 6 * 5],
] as const) {
  test(`Old segments are there and listed where offsets of the index are ${name}`, async (t) => {
    const [source, target] = [clockedCluster(), clockedCluster()];
    // Silent for some minutes: its window too is to be found by what stands here.
    const began = Date.now() - 600_000;
    await published(source, began, others);
    source.cluster.deleteRecords('live', 0, others);
    await copied(source, target, filler);
    target.cluster.deleteRecords('live', 0, removed);
    const gone = Math.max(0, (removed - filler) / 6);
    const streams = await serverOf(t, target.kafka);
    await waitFor(() => streams.live('cam') !== undefined, { what: 'the window of a silent stream' });
    const segments = streams.archive.segments('cam').filter(({ stream }) => stream === 'cam');
    assert.deepEqual(
      segments.map(({ media }) => media),
      Array.from({ length: seconds - 1 - gone }, (_, index) => index + gone),
    );
    for (const media of [gone, 20, 40, seconds - 2]) {
      const bytes = await streams.archive.bytes('cam', 'main', 1, media);
      assert.match(String(bytes?.[0]), new RegExp(`^part main 1\\.${media}\\.0`), `segment ${media}`);
      assert.equal(bytes?.length, 5);
    }
    assert.match(String(await streams.archive.init('cam', 'main', 1)), /^init main 1/);
  });
}
