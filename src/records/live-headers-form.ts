/** The headers of records of `L` as an object of text, for `schemas/`: FORMAT.md, "Live media". live-record.ts alone writes and reads them. */
import { z } from 'zod';
import { isRenditionName, isStreamName } from './live-names.ts';

const whole = z.string().regex(/^[0-9]{16}$/);
const name = (isName: (text: string) => boolean) => z.string().min(1).max(64).refine(isName);

const common = {
  sluice: z.literal('1'),
  stream: name(isStreamName),
  epoch: whole,
  sequence: whole,
  media: whole,
  ordinal: whole,
  discontinuities: whole,
};
const times = { timescale: whole, time: whole, duration: whole, captured: whole };
const rendition = name(isRenditionName);

const init = z.strictObject({
  ...common,
  kind: z.literal('init'),
  rendition,
  codecs: z.string().regex(/^[A-Za-z0-9.,_-]{1,200}$/),
  width: whole,
  height: whole,
  'frame-rate': whole,
  bandwidth: whole,
  'average-bandwidth': whole,
  'part-target': whole,
  'segment-target': whole,
  colours: z
    .string()
    .regex(/^[0-9]{1,3},[0-9]{1,3},[0-9]{1,3}$/)
    .optional(),
});
const part = z.strictObject({
  ...common,
  kind: z.literal('part'),
  rendition,
  part: whole,
  chunk: whole,
  flags: z.string().regex(/^k?d?l?$/),
  ...times,
});
const gap = z.strictObject({ ...common, kind: z.literal('gap'), flags: z.string().regex(/^d?$/), ...times });
const end = z.strictObject({ ...common, kind: z.literal('end') });

/** By `kind`. */
export const liveHeadersForm = z.discriminatedUnion('kind', [init, part, gap, end]);
