import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord } from '../../../test/support/live-records.ts';
import { LiveTopic } from '../../../test/support/live-topic.ts';
import { SluiceError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { readSegment } from './stored-segment.ts';

const segment: IndexedSegment = {
  kind: 'segment',
  stream: 'cam',
  epoch: 1,
  media: 7,
  discontinuities: 0,
  discontinuity: false,
  gap: false,
  captured: 14_000_000,
  timescale: 1000,
  time: 14_000,
  duration: 2000,
  ordinal: 70,
  parts: 10,
  first: 77,
  next: 88,
  sizes: { main: 1 },
};

/** A cluster that knows how far its topic goes, and whose records never come; or that does not even know that. */
function silentKafka(end?: number): Kafka {
  const consumer = ({ signal }: { signal: AbortSignal }) => ({
    async *[Symbol.asyncIterator]() {
      // Ends without an error, as consumers do.
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  });
  const offsets = () => (end === undefined ? new Promise(() => {}) : Promise.resolve(new Map([[0, end]])));
  return { consumer, offsets } as unknown as Kafka;
}

test('Of a cluster that does not answer nobody says that it has not got the segment', async () => {
  const never = new AbortController().signal;
  for (const kafka of [silentKafka(), silentKafka(100)]) {
    await assert.rejects(readSegment(kafka, 'live', 0, segment, never, { timeout: 20 }), SluiceError);
    await assert.rejects(readSegment(kafka, 'live', 0, segment, AbortSignal.abort()), SluiceError);
  }
  assert.equal(await readSegment(silentKafka(80), 'live', 0, segment, never), undefined);
});

/** As encoders give them: one rendition has begun the next segment when the last part of another one comes. */
function skewed(made: readonly MadeRecord[]): MadeRecord[] {
  const order = [...made];
  const last = order.findIndex(
    ({ record }) =>
      record.kind === 'part' && record.rendition === 'low' && record.media === 0 && record.part === 1,
  );
  const [late] = order.splice(last, 1);
  const begun = order.findIndex(({ record }) => record.kind === 'part' && record.media === 1);
  order.splice(begun + 1, 0, late!);
  return order.map(({ record, bytes }, sequence) => ({ record: { ...record, sequence }, bytes }));
}

test('A rendition that is behind the others is read to its end, by the index and by its time', async (t) => {
  const kafka = createMemoryCluster().client();
  t.after(() => kafka.close());
  const topic = await LiveTopic.open(kafka, 'live');
  const script = new LiveScript({ renditions: ['high', 'low'], partsPerSegment: 2, began: 1_000_000 });
  await topic.append(skewed(script.segments(3).made));
  const [first] = topic.index;
  assert.ok(first?.kind === 'segment');
  const never = new AbortController().signal;
  for (const one of [first, { ...first, first: -1, next: -1 }, { ...first, first: 1, next: 3 }]) {
    const stored = await readSegment(kafka, 'live', 0, one, never);
    assert.deepEqual(
      [...(stored?.renditions ?? [])].map(([name, { chunks }]) => [name, chunks.length]),
      [
        ['high', 2],
        ['low', 2],
      ],
    );
  }
});
