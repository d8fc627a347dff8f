/** Places in a stream's time, as people write them. */
import { z } from 'zod';
import { parseDuration, parseTime } from '../units.ts';

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

function read<T>(parse: (text: string) => T | undefined, message: string): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });
}

/** Milliseconds since the epoch of Unix. */
export const momentOfStream: z.ZodType<number> = read(
  (text) => parsePlace(text, Date.now()),
  `is no time; ${form}`,
);

/** The same, or `beginning`. */
export const placeInStream: z.ZodType<number | 'beginning'> = read(
  (text) => (text.trim().toLowerCase() === 'beginning' ? 'beginning' : parsePlace(text, Date.now())),
  `is no time; ${form}, or beginning`,
);
