import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluiceError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
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
