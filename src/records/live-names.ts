/** Names that stand in URLs of live video: of streams and of their renditions. */
import { FormatError } from '../errors.ts';

/** 1 to 64 characters that need no escape in a URL or a file name, the first of them a letter or a digit. */
const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Words of our own paths below `/live/STREAM/`: no rendition may be called so. */
const reserved = ['ws', 'index.m3u8', 'manifest.mpd', 'stream.mp4', 'snapshot.jpg'];

export function isStreamName(text: string): boolean {
  return pattern.test(text);
}

export function isRenditionName(text: string): boolean {
  return pattern.test(text) && !reserved.includes(text);
}

/** What is said to people of one that is none. */
export function noStreamName(text: string): string {
  return `"${text.slice(0, 80)}" is no name of a stream: 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit`;
}

/** The name, checked. Throws FormatError. */
export function streamName(text: string): string {
  if (!isStreamName(text)) throw new FormatError(`"${text.slice(0, 80)}" is no name of a stream`);
  return text;
}

/** The name, checked. Throws FormatError. */
export function renditionName(text: string): string {
  if (!isRenditionName(text)) throw new FormatError(`"${text.slice(0, 80)}" is no name of a rendition`);
  return text;
}
