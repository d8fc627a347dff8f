/** The kinds of values that flags of live video take. */
import { z } from 'zod';
import type { RenditionOptions, Size } from '../../live/encode/options.ts';
import { parsed } from '../values.ts';

const factors: Readonly<Record<string, number>> = { '': 1, k: 1000, m: 1_000_000 };

/** Bits a second of `2500k`, `2.5M`, `800000`. Undefined for anything else. */
export function parseBitrate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([km]?)(?:bit\/s|bps|b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const bits = Math.round(Number(match[1]) * (factors[(match[2] ?? '').toLowerCase()] ?? 1));
  return bits > 0 ? bits : undefined;
}

/** Pixels of `1280x720`. */
export function parseSizeOfPicture(text: string): Size | undefined {
  const match = /^(\d{1,5})x(\d{1,5})$/i.exec(text.trim());
  return match === null ? undefined : { width: Number(match[1]), height: Number(match[2]) };
}

/** `1280x720@2500k`, `1280x720`, `NAME=1280x720@2500k`. Without a name it is called by its height: `720p`. */
export function parseRendition(text: string): RenditionOptions | undefined {
  const match = /^(?:([^=@]+)=)?([^@=]+)(?:@([^@=]+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const size = parseSizeOfPicture(match[2] ?? '');
  const bitrate = match[3] === undefined ? undefined : parseBitrate(match[3]);
  if (size === undefined || (match[3] !== undefined && bitrate === undefined)) return undefined;
  const name = match[1] ?? `${size.height}p`;
  return bitrate === undefined ? { name, size } : { name, size, bitrate };
}

/** Words as a shell parts them: by spaces, but not within quotes. Undefined when a quote is not closed. */
export function parseWords(text: string): string[] | undefined {
  if (/["']/.test(text.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined;
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

export const bitrate: z.ZodType<number> = parsed(
  parseBitrate,
  'is not a bit rate; write bits a second (800000) or a number with its unit (800k, 2.5M)',
);

export const pictureSize: z.ZodType<Size> = parsed(
  parseSizeOfPicture,
  'is not the size of a picture; write WIDTHxHEIGHT (1280x720)',
);

export const renditions: z.ZodType<readonly RenditionOptions[]> = z.array(
  parsed(
    parseRendition,
    'is no rendition; write WIDTHxHEIGHT@BITRATE (1280x720@2500k), with NAME= before it if it is to have another name',
  ),
);

/** Pictures a second: `30`, `29.97`, `30000/1001`. */
export const pictureRate: z.ZodType<number> = parsed((text) => {
  const match = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(text.trim());
  const rate = match === null ? Number.NaN : Number(match[1]) / Number(match[2] ?? 1);
  return Number.isFinite(rate) && rate > 0 ? rate : undefined;
}, 'is not a rate; write pictures a second (30, 30000/1001)');

export const words: z.ZodType<readonly string[]> = parsed(parseWords, 'has a quote that is not closed');
