/** Live streams for tests: sources whose chunks a test gives by hand, and what stands of a stream on its topics. */
import assert from 'node:assert/strict';
import type { ConsumedRecord, Kafka } from '../../src/kafka/contract.ts';
import type { MediaChunk, MediaEvent } from '../../src/live/media.ts';
import type { MediaSource } from '../../src/live/publish/source.ts';
import { decodeClaim, type StreamClaim } from '../../src/records/live-claim.ts';
import { decodeIndexEntry, type IndexEntry } from '../../src/records/live-index.ts';
import { decodeLiveRecord, type LiveRecord } from '../../src/records/live-record.ts';

export const facts = {
  codecs: 'avc1.64001f,mp4a.40.2',
  width: 640,
  height: 360,
  frameRate: 30_000,
  bandwidth: 1_200_000,
  averageBandwidth: 1_000_000,
};

export const timescale = 15_360;
/** Ticks of a part of 200 ms, and how many of them make a segment of 2 s. */
export const partTicks = 3072;
export const partsASegment = 10;

export function initOf(rendition: string): MediaEvent {
  return { type: 'init', rendition, bytes: Buffer.alloc(32, 1), facts };
}

/** The part with this number of a run: 200 ms, a keyframe every 2 s. `readAt`: as if it was made in real time from 1000 s on. */
export function partOf(rendition: string, number: number, more: Partial<MediaChunk> = {}): MediaChunk {
  return {
    type: 'chunk',
    rendition,
    bytes: Buffer.alloc(100, number),
    keyframe: number % partsASegment === 0,
    timescale,
    time: number * partTicks,
    duration: partTicks,
    readAt: 1_000_000 + (number + 1) * 200,
    ...more,
  };
}

/** One run of a source, fed by hand. */
export interface ManualRun {
  readonly signal: AbortSignal;
  /** When the run before it ended, as it is told. */
  readonly behind: number | undefined;
  give(...events: readonly MediaEvent[]): void;
  /** Ends the run. */
  end(error?: Error): void;
}

export interface ManualSource extends MediaSource {
  readonly runs: readonly ManualRun[];
}

/** A source whose every run waits for what the test gives; a signal ends it. */
export function manualSource(more: Partial<MediaSource> = {}): ManualSource {
  const runs: ManualRun[] = [];
  return {
    renditions: ['main'],
    targets: { part: 200_000, segment: 2_000_000 },
    chunks: 'part',
    canReturn: false,
    isRepeated: false,
    canWait: false,
    ...more,
    runs,
    async *run(signal, behind) {
      const waiting: MediaEvent[] = [];
      let wake = (): void => {};
      const give = (...events: readonly MediaEvent[]): void => {
        waiting.push(...events);
        wake();
      };
      const end = (error?: Error): void =>
        give(error === undefined ? { type: 'end' } : { type: 'end', error });
      signal.addEventListener('abort', () => end());
      runs.push({ signal, behind, give, end });
      if (signal.aborted) end();
      for (;;) {
        for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
          yield event;
          if (event.type === 'end') return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** A record of `L` where it stands. */
export interface StandingRecord {
  readonly record: LiveRecord;
  readonly offset: number;
  readonly partition: number;
  readonly bytes: number;
}

async function eachRecord(
  kafka: Kafka,
  topic: string,
  onRecord: (record: ConsumedRecord, partition: number) => void,
): Promise<void> {
  const from = await kafka.offsets(topic, 'earliest');
  const until = await kafka.offsets(topic, 'latest');
  if ([...until].every(([partition, end]) => end <= (from.get(partition) ?? 0))) return;
  for await (const batch of kafka.consumer({ topic, from, until })) {
    for (const record of batch.records) onRecord(record, batch.partition);
    batch.release();
  }
}

/** Everything of a stream on its topics, in order. */
export async function standingStream(kafka: Kafka, topic: string, stream: string) {
  const media: StandingRecord[] = [];
  const index: IndexEntry[] = [];
  const claims: StreamClaim[] = [];
  await eachRecord(kafka, topic, (record, partition) => {
    const decoded = decodeLiveRecord(record);
    if (decoded?.stream === stream) {
      media.push({ record: decoded, offset: record.offset, partition, bytes: record.value?.byteLength ?? 0 });
    }
  });
  await eachRecord(kafka, `${topic}.index`, (record) => {
    const entry = decodeIndexEntry(record);
    if (entry.stream === stream) index.push(entry);
  });
  await eachRecord(kafka, `${topic}.streams`, (record) => {
    const claim = decodeClaim(record);
    if (claim?.stream === stream) claims.push(claim);
  });
  return { media, index, claims };
}

/** Throws unless these records are a stream by FORMAT.md: its numbers, its order, its parts, its index. */
export function expectStream({
  media,
  index,
}: {
  readonly media: readonly StandingRecord[];
  readonly index: readonly IndexEntry[];
}): void {
  assert.ok(new Set(media.map(({ partition }) => partition)).size <= 1, 'one partition');
  let epoch = -1;
  let sequence = 0;
  const seen = new Map<string, { media: number; ordinal: number; part: number; isWhole: boolean }>();
  for (const { record } of media) {
    if (record.epoch !== epoch) {
      assert.ok(record.epoch > epoch, 'epochs grow');
      epoch = record.epoch;
      sequence = 0;
    }
    assert.equal(record.sequence, sequence++, 'sequence without holes');
    if (record.kind === 'init') {
      const before = seen.get(record.rendition);
      assert.ok(before === undefined || record.media >= before.media, 'media never goes back');
    }
    if (record.kind !== 'part') continue;
    const name = `${epoch} ${record.rendition}`;
    const before = seen.get(name);
    const { media: number, ordinal, part, chunk, lastChunk } = record;
    if (before === undefined) assert.equal(ordinal, 0, 'ordinals begin at 0');
    else if (chunk === 0) {
      assert.equal(ordinal, before.ordinal + 1, 'ordinals without holes');
      assert.equal(part, number === before.media ? before.part + 1 : 0, 'parts without holes');
    } else assert.equal(ordinal, before.ordinal, 'chunks belong to their part');
    if (part === 0 && chunk === 0) assert.ok(record.keyframe, 'a segment begins with a keyframe');
    seen.set(name, { media: number, ordinal, part, isWhole: lastChunk });
    seen.set(record.rendition, { media: number, ordinal, part, isWhole: lastChunk });
  }
  expectIndex(media, index);
}

function expectIndex(media: readonly StandingRecord[], index: readonly IndexEntry[]): void {
  const segments = index.filter((entry) => entry.kind === 'segment');
  const numbers = segments.map((entry) => entry.media);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'each segment is indexed once, in order',
  );
  for (const entry of segments) {
    const own = media.filter(
      ({ record }) => record.kind !== 'end' && record.epoch === entry.epoch && record.media === entry.media,
    );
    const offsets = own.map(({ offset }) => offset);
    assert.equal(entry.first, Math.min(...offsets), `first of ${entry.media}`);
    assert.equal(entry.next, Math.max(...offsets) + 1, `next of ${entry.media}`);
    const sizes: Record<string, number> = {};
    for (const { record, bytes } of own) {
      if (record.kind === 'part') sizes[record.rendition] = (sizes[record.rendition] ?? 0) + bytes;
    }
    assert.deepEqual(entry.sizes, sizes, `sizes of ${entry.media}`);
  }
}

/** Numbers of segments that something is there of, gaps included, in order. */
export function segmentsOf(media: readonly StandingRecord[]): number[] {
  const numbers = media.flatMap(({ record }) =>
    record.kind === 'part' || record.kind === 'gap' ? [record.media] : [],
  );
  return [...new Set(numbers)];
}
