/** What a topic's own last days say of what goes through it. Pure. */
import { uploadDefaults } from '../files/shared/options.ts';
import type { ListedFile } from '../files/shared/reading-options.ts';
import type { IndexedSegment } from '../records/live-index.ts';
import { day, type FilesFacts, type LiveFacts } from './facts.ts';

/** So much of the past is looked at, at the most. */
export const observedDays = 7;
const hour = 3_600_000;

export type ObservedFiles = Pick<FilesFacts, 'loads' | 'uploaders' | 'peak' | 'together' | 'remembered'>;

type Listed = Pick<ListedFile, 'uploader' | 'size' | 'sentAt'>;

/** Undefined where nothing came within the last days. `now`: milliseconds since the epoch. */
export function observedFiles(all: readonly Listed[], now: number): ObservedFiles | undefined {
  const recent = all.filter(({ sentAt }) => sentAt > now - observedDays * day && sentAt <= now);
  if (recent.length === 0) return undefined;
  const oldest = recent.reduce((least, { sentAt }) => Math.min(least, sentAt), now);
  const span = Math.max(hour, now - oldest);
  const small = recent.filter(({ size }) => size <= uploadDefaults.packBelow);
  const large = recent.filter(({ size }) => size > uploadDefaults.packBelow);
  const loads = [small, large]
    .filter(({ length }) => length > 0)
    .map((files) => ({
      perDay: (files.length / span) * day,
      averageSize: Math.round(sizeOf(files) / files.length),
    }));
  // Files of a pack were sent in one record, at one time.
  const packs = new Set(small.map(({ uploader, sentAt }) => `${sentAt} ${uploader}`)).size;
  return {
    loads,
    uploaders: new Set(recent.map(({ uploader }) => uploader)).size,
    peak: peakOf(recent, span),
    together: packs === 0 ? 1 : small.length / packs,
    remembered: all.length,
  };
}

function sizeOf(files: readonly Listed[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function peakOf(files: readonly Listed[], span: number): number {
  const hours = new Map<number, number>();
  for (const { size, sentAt } of files) {
    const at = Math.floor(sentAt / hour);
    hours.set(at, (hours.get(at) ?? 0) + size);
  }
  const busiest = Math.max(...hours.values());
  const mean = (sizeOf(files) / span) * hour;
  return mean === 0 ? 1 : Math.max(1, busiest / mean);
}

export type ObservedLive = Pick<LiveFacts, 'streams' | 'bitRate' | 'renditions'>;

/** Of segments of the last days; undefined where there are none. */
export function observedLive(segments: readonly IndexedSegment[]): ObservedLive | undefined {
  const streams = new Map<string, { bytes: number; seconds: number; renditions: number }>();
  for (const { stream, gap, sizes, duration, timescale } of segments) {
    if (gap) continue;
    const known = streams.get(stream) ?? { bytes: 0, seconds: 0, renditions: 0 };
    known.bytes += Object.values(sizes).reduce((sum, size) => sum + size, 0);
    known.seconds += duration / timescale;
    known.renditions = Math.max(known.renditions, Object.keys(sizes).length);
    streams.set(stream, known);
  }
  const found = [...streams.values()].filter(({ seconds }) => seconds > 0);
  if (found.length === 0) return undefined;
  const rates = found.map(({ bytes, seconds }) => (bytes * 8) / seconds);
  return {
    streams: found.length,
    bitRate: Math.round(rates.reduce((sum, rate) => sum + rate, 0) / found.length),
    renditions: Math.max(...found.map(({ renditions }) => renditions)),
  };
}
