/** The kinds of values that flags take. The messages go on the sentence `--flag: "what was written" ...`. */
import { z } from 'zod';
import { parsePath, pathFault, placeFault } from '../stores/place.ts';
import { parseDuration, parseSize, parseTime } from './units.ts';

/** A text that `parse` understands; undefined from it means not. `message` goes on the sentence. */
export function parsed<T>(parse: (text: string) => T | undefined, message: string): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });
}

/** Bytes, at least `least`. */
export function size(least = 0): z.ZodType<number> {
  const form = 'write bytes (65536) or a number with its unit (64KiB, 30MB, 2GB)';
  return parsed(parseSize, `is not a size; ${form}`).refine((bytes) => bytes >= least, {
    error: `is too small; the least is ${least} B`,
  });
}

/** Milliseconds. */
export const duration: z.ZodType<number> = parsed(
  parseDuration,
  'is not a duration; write milliseconds (500) or a number with its unit (500ms, 5s, 10m, 2h, 7d)',
);

/** Milliseconds, or -1 for `forever`. */
export const durationOrForever: z.ZodType<number> = parsed(
  (text) => (['forever', '-1'].includes(text.trim().toLowerCase()) ? -1 : parseDuration(text)),
  'is not a duration; write a number with its unit (2h, 7d) or forever',
);

/** A whole number of at least `least`. */
export function count(least = 1, most: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const read = (text: string) => (/^-?\d+$/.test(text.trim()) ? Number(text) : undefined);
  return parsed((text) => {
    const value = read(text);
    return value !== undefined && value >= least && value <= most ? value : undefined;
  }, `is not a whole number ${range}`);
}

/** A port; 0: one that is free. */
export const port = (most = 65_535): z.ZodType<number> => count(0, most);

const choices = new WeakMap<object, readonly string[]>();

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[]): z.ZodType<T> {
  const schema = parsed(
    (text) => words.find((word) => word === text.trim().toLowerCase()),
    `is none of ${words.join(', ')}`,
  );
  choices.set(schema, words);
  return schema;
}

/** The words of a schema that `choice` has made; undefined for others. */
export function choicesOf(schema: unknown): readonly string[] | undefined {
  if (schema instanceof z.ZodArray) return choicesOf(schema.element);
  return typeof schema === 'object' && schema !== null ? choices.get(schema) : undefined;
}

/** Any text but the empty one. */
export const text: z.ZodType<string> = z.string().min(1, 'is empty; write a value or leave it out');

/** Texts, none of them empty. */
export const texts: z.ZodType<readonly string[]> = z.array(text);

/** A path, or the URL of a file, whose path is taken. */
export const path: z.ZodType<string> = z.string().transform((written, context) => {
  const message = pathFault(written);
  if (message === undefined) return parsePath(written);
  context.issues.push({ code: 'custom', message, input: written });
  return z.NEVER;
});

/** A path, the URL of a file, or of a place in another store. */
export const place: z.ZodType<string> = z.string().superRefine((written, context) => {
  const message = placeFault(written);
  if (message !== undefined) context.addIssue({ code: 'custom', message, input: written });
});

/** The same, where `{stream}` stands for a stream's name. */
export const archivePlace: z.ZodType<string> = z.string().superRefine((written, context) => {
  const message = placeFault(written.replaceAll('{stream}', 'stream'));
  if (message !== undefined) context.addIssue({ code: 'custom', message, input: written });
});

/** `NAME=PLACE`. A path that is written so begins with `./` or `/`. */
const namedPlace = /^([^/\\=:]+)=(.*)$/s;

/** Places to send from: one, or several of which each has a name. */
export const sources: z.ZodType<string | Readonly<Record<string, string>>> = z
  .array(z.string())
  .transform((written, context) => {
    const named = new Map<string, string>();
    const refuse = (message: string, index: number) => {
      context.issues.push({ code: 'custom', message, input: written, path: [index] });
      return z.NEVER;
    };
    for (const [index, text] of written.entries()) {
      const [, name, placed = text] = namedPlace.exec(text.trim()) ?? [];
      const fault = placeFault(placed);
      if (fault !== undefined) return refuse(fault, index);
      if (name === undefined && written.length > 1)
        return refuse(
          'has no name; each of several is to be NAME=PLACE, and is a folder of that name then',
          index,
        );
      if (name === undefined) return placed;
      if (named.has(name)) return refuse('has the name of another one', index);
      named.set(name, placed);
    }
    if (written.length > 0) return Object.fromEntries(named);
    context.issues.push({ code: 'custom', message: 'is no place', input: written });
    return z.NEVER;
  });

/** A name that Kafka accepts for a topic. */
export const topicName: z.ZodType<string> = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
    'is no topic name; Kafka allows 1 to 249 letters, digits, dots, underscores and hyphens',
  );

/** A time, or how long ago it was: milliseconds since the epoch. */
export const pastMoment: z.ZodType<number> = parsed((written) => {
  // Digits alone would be a time to some, and milliseconds to others.
  const ago = /^\d+$/.test(written.trim()) ? undefined : parseDuration(written);
  return parseTime(written) ?? (ago === undefined ? undefined : Date.now() - ago);
}, 'is no time; write one such as 2026-07-01T12:00Z, or how long ago it was (30m, 7d)');

/** Where a downloader begins: a word, or milliseconds since the epoch. */
export const startingPoint: z.ZodType<'beginning' | 'end' | number> = parsed((written) => {
  const word = written.trim().toLowerCase();
  return word === 'beginning' || word === 'end' ? word : parseTime(written);
}, 'is no place to begin; write beginning, end or a time such as 2026-07-01T12:00Z');

/** `N` files or `N%` of them. */
export const share: z.ZodType<{ readonly files: number } | { readonly percent: number }> = parsed(
  (written) => {
    const match = /^(\d{1,15})(\s*%)?$/.exec(written.trim());
    if (match === null) return undefined;
    const number = Number(match[1]);
    if (match[2] === undefined) return { files: number };
    return number <= 100 ? { percent: number } : undefined;
  },
  'is no number of files; write a whole one (100), or a share of all that were sent (75%)',
);

/** `SIZE` or `SIZE@TIME`: test files of a size, one or one after the other. */
export const generation: z.ZodType<{ readonly size: number; readonly interval?: number | undefined }> =
  parsed((written) => {
    const [sizeText = '', intervalText, ...rest] = written.split('@');
    const bytes = parseSize(sizeText);
    const interval = intervalText === undefined ? undefined : parseDuration(intervalText);
    if (bytes === undefined || rest.length > 0) return undefined;
    if (intervalText !== undefined && interval === undefined) return undefined;
    return { size: bytes, interval };
  }, 'is no size with or without an interval; write for example 30MB or 30MB@1s');
