/** One segment's records, read from Kafka again. */
import { FormatError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { Admission } from '../../live/read/admission.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { decodeLiveRecord, type InitRecord, type LiveRecord } from '../../records/live-record.ts';

/** All renditions of a segment: they stand side by side on the topic, and who wants one often wants another next. */
export interface ReadSegment {
  readonly bytes: number;
  readonly renditions: ReadonlyMap<string, ReadRendition>;
}

export interface ReadRendition {
  readonly init: { readonly record: InitRecord; readonly bytes: Buffer } | undefined;
  /** The chunks of its parts, in order. */
  readonly chunks: readonly Buffer[];
}

export interface SegmentPlace {
  readonly topic: string;
  readonly partition: number;
  readonly segment: IndexedSegment;
}

/** Bytes that the reading may fetch ahead: about a segment. */
const bufferBytes = 8 * 1024 * 1024;

/** Undefined when what the index promises is not there (any more). */
export async function readSegment(
  kafka: Kafka,
  { topic, partition, segment }: SegmentPlace,
  signal: AbortSignal,
): Promise<ReadSegment | undefined> {
  const { first, next, stream, epoch, media } = segment;
  const oldest = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
  if (first < oldest || next <= first) return undefined;
  const collected = new Map<string, { init: ReadRendition['init']; chunks: Buffer[] }>();
  const admission = new Admission();
  let total = 0;
  let lost = false;
  const consumer = kafka.consumer({
    topic,
    from: new Map([[partition, first]]),
    until: new Map([[partition, next]]),
    bufferBytes,
    signal,
    onGap: () => {
      lost = true;
    },
  });
  for await (const batch of consumer) {
    for (const raw of batch.records) {
      const record = readable(() => decodeLiveRecord(raw));
      if (record === undefined || record.stream !== stream || record.epoch !== epoch) continue;
      if (record.media !== media || (record.kind !== 'init' && record.kind !== 'part')) continue;
      if (!admission.admits(record)) continue;
      const rendition = collected.get(record.rendition) ?? { init: undefined, chunks: [] };
      collected.set(record.rendition, rendition);
      const bytes = Buffer.from(raw.value ?? []);
      total += bytes.length;
      if (record.kind === 'init') rendition.init = { record, bytes };
      else rendition.chunks.push(bytes);
    }
    batch.release();
  }
  return lost || collected.size === 0 || signal.aborted ? undefined : { bytes: total, renditions: collected };
}

/** What is not of FORMAT.md is passed over, as everywhere. */
function readable(decode: () => LiveRecord | undefined): LiveRecord | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
