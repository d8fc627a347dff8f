/** What all exporters to a place have to agree on: it is written once, by whoever comes first. Pure but for the writing. */
import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';
import { readJson } from '../../records/live-json.ts';
import type { Targets } from '../../records/live-record.ts';

const whole = z.number().int().nonnegative();
const shape = z.object({
  v: z.literal(1),
  stream: z.string(),
  /** Microseconds. */
  targets: z.object({ part: whole.positive(), segment: whole.positive() }),
  /** Milliseconds that playlists list; absent: everything. */
  window: whole.positive().optional(),
  forget: z.boolean(),
  /** The first block of the journal that stands. */
  block: whole,
  /** Nothing is forgotten any more. */
  closed: z.boolean(),
});

export type Head = Omit<z.infer<typeof shape>, 'v'>;

/** What an exporter was told, of what stands in a head. */
export interface Wished {
  readonly stream: string;
  readonly window?: number | undefined;
  readonly forget: boolean;
}

export function newHead({ stream, window, forget }: Wished, targets: Targets): Head {
  return { stream, targets, ...(window === undefined ? {} : { window }), forget, block: 0, closed: false };
}

export function encodeHead(head: Head): Buffer {
  return Buffer.from(`${JSON.stringify({ v: 1, ...head })}\n`);
}

/** Throws FormatError for what no exporter writes. */
export function decodeHead(bytes: Uint8Array, name: string): Head {
  const { v: _, ...head } = readJson(shape, bytes, name);
  return head;
}

/** Throws ConfigurationError where another stream, or another kind of list, was begun there. */
export function mustSuit({ stream, window, forget }: Head, wished: Wished, place: string): void {
  if (stream !== wished.stream)
    throw new ConfigurationError(
      `${place} has stream "${stream}": export "${wished.stream}" to another place, each stream has its own`,
    );
  if (window === wished.window && forget === wished.forget) return;
  const flags = [window === undefined ? '' : `--window ${window / 1000}s`, forget ? '--forget' : ''];
  const given = flags.filter((flag) => flag !== '').join(' ');
  throw new ConfigurationError(
    `the export to ${place} was begun ${given === '' ? 'without --window and --forget' : `with ${given}`}: give the same, or choose another place`,
  );
}
