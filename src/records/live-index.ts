/**
 * The records of `L.index`: one for each closed segment of a stream, and one where a programme ends. They are what rewinding
 * goes by: where a segment's records stand on `L`. JSON, keyed by stream. FORMAT.md, "Index of segments".
 */
import { z } from 'zod';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { keyedByStream, readJson, streamOf } from './live-json.ts';
import { isRenditionName } from './live-names.ts';

const whole = z.number().int().nonnegative();

const common = {
  v: z.literal(1),
  epoch: whole,
  media: whole,
  discontinuities: whole,
  /** Microseconds since the epoch of Unix: when its first picture was taken; of `end`, when the programme ended. */
  captured: whole,
};

const segment = z.object({
  ...common,
  kind: z.literal('segment'),
  discontinuity: z.boolean(),
  /** True: nothing was carried; it is listed as a gap. Then `first` to `next` is the gap record itself. */
  gap: z.boolean(),
  /** Decode time and duration of its pictures, in ticks. */
  timescale: whole.positive(),
  time: whole,
  duration: whole,
  /** Ordinal of its first part. */
  ordinal: whole,
  /** How many parts it has. */
  parts: whole,
  /** Offsets on the stream's partition of `L`: of its first init, and the one behind its last part. -1 where not known. */
  first: z.number().int().min(-1),
  next: z.number().int().min(-1),
  /** Bytes of each rendition, without the init. */
  sizes: z.record(z.string().refine(isRenditionName), whole),
});

const end = z.object({ ...common, kind: z.literal('end') });

const entry = z.discriminatedUnion('kind', [segment, end]);

export type IndexedSegment = Omit<z.infer<typeof segment>, 'v'> & { readonly stream: string };
export type IndexedEnd = Omit<z.infer<typeof end>, 'v'> & { readonly stream: string };
export type IndexEntry = IndexedSegment | IndexedEnd;

/** Throws FormatError for what no reader would take. */
export function encodeIndexEntry({ stream, ...rest }: IndexEntry): NewRecord {
  return keyedByStream(entry, stream, rest);
}

/** Throws FormatError when it is not what FORMAT.md says. */
export function decodeIndexEntry({ key, value }: Pick<ConsumedRecord, 'key' | 'value'>): IndexEntry {
  const stream = streamOf(key);
  const { v: _, ...rest } = readJson(entry, value, `index entry of ${stream}`);
  return { stream, ...rest };
}

/** The values of `L.index`, as `schemas/` has them: of zod, which the types of the library's face do not name. */
export const indexForm: object = entry;
