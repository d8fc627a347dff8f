/**
 * The records of `L.streams`, compacted: one a stream, by whoever publishes it. It claims the stream for one publisher and one
 * epoch, is renewed while that lives, and says how the stream stands. JSON, keyed by stream. FORMAT.md, "Streams".
 */
import { z } from 'zod';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { keyedByStream, readJson, streamOf } from './live-json.ts';

const whole = z.number().int().nonnegative();

const claim = z.object({
  v: z.literal(1),
  /** `live`: being published, or between two publishers; `ended`: the programme is over. */
  state: z.enum(['live', 'ended']),
  /** Of the encoder that runs, or ran last. Whoever claims a stream, or starts its encoder anew, raises it. */
  epoch: whole,
  /** Random, of one publisher's process. */
  owner: z.string().min(1).max(64),
  host: z.string().max(255),
  /** Its process, and the boot and process namespace in which that number counts, as in leases of `T.state`. */
  pid: z.number().int().nonnegative().optional(),
  boot: z.string().max(255).optional(),
  /** Milliseconds without a renewal after which others may take the stream over without being told to. */
  lasts: whole.positive(),
  /** The partition of `L` where all of the stream's records stand. */
  partition: whole,
  /** When the programme began: milliseconds since the epoch of Unix. */
  began: whole,
  /** As of this writing: the next media sequence number, and the discontinuities so far. Later ones stand on `L` behind `offset`. */
  media: whole,
  discontinuities: whole,
  /** An offset on `L`, of this epoch's first record or of one behind it; what came before is told by the fields above. */
  offset: whole,
  /** Microseconds; fixed for as long as the stream lasts. */
  targets: z.object({ part: whole.positive(), segment: whole.positive() }),
  /** SHA-256 of the key that publishers of this stream must give; absent: none is asked for. */
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

export type StreamClaim = Omit<z.infer<typeof claim>, 'v'> & { readonly stream: string };

/** Throws FormatError for what no reader would take. */
export function encodeClaim({ stream, ...rest }: StreamClaim): NewRecord {
  return keyedByStream(claim, stream, rest);
}

/** Undefined for a tombstone: the stream is forgotten. Throws FormatError when it is not what FORMAT.md says. */
export function decodeClaim({ key, value }: Pick<ConsumedRecord, 'key' | 'value'>): StreamClaim | undefined {
  const stream = streamOf(key);
  if (value === null) return undefined;
  const { v: _, ...rest } = readJson(claim, value, `record of stream ${stream}`);
  return { stream, ...rest };
}

/** The values of `L.streams`, as `schemas/` has them: of zod, which the types of the library's face do not name. */
export const claimForm: object = claim;
