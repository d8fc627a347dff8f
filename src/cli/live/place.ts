/** Places in a stream's time, as people write them. */
import type { z } from 'zod';
import { parseDuration, parseTime } from '../units.ts';
import { parsed } from '../values.ts';

/**
 * Milliseconds since the epoch of `2026-07-01T12:00Z`, of milliseconds since 1970, or of what lies before now: `-300` (seconds), `-5m`,
 * `-1h30m`. Undefined for anything else.
 */
export function parsePlace(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('-')) return parseTime(trimmed);
  const ago = trimmed.slice(1);
  const milliseconds = /^\d+(?:\.\d+)?$/.test(ago) ? Number(ago) * 1000 : parseDuration(ago);
  return milliseconds === undefined ? undefined : now - milliseconds;
}

const form = 'write a time (2026-07-01T12:00Z, 2026-07-01 12:00), or what lies before now (-300 or -5m)';

/** Milliseconds since the epoch of Unix. */
export const momentOfStream: z.ZodType<number> = parsed(
  (text) => parsePlace(text, Date.now()),
  `is no time; ${form}`,
);

/** The same, or `beginning`. */
export const placeInStream: z.ZodType<number | 'beginning'> = parsed(
  (text) => (text.trim().toLowerCase() === 'beginning' ? 'beginning' : parsePlace(text, Date.now())),
  `is no time; ${form}, or beginning`,
);
