/** What a stream becomes on `L`, `L.index` and `L.streams`, by the code that writes it. Pure. */

import { batchSize } from '../kafka/batch.ts';
import { encoderDefaults } from '../live/encode/options.ts';
import { publishDefaults } from '../live/publish/options.ts';
import { encodeClaim } from '../records/live-claim.ts';
import { encodeIndexEntry } from '../records/live-index.ts';
import { encodeLiveRecord } from '../records/live-record.ts';
import type { LiveFacts } from './facts.ts';

const stream = 'camera-01';
const microseconds = 1_790_000_000_123_456;
const numbers = { stream, epoch: 1, sequence: 1, media: 1, ordinal: 1, discontinuities: 0 };

/** Seconds of a part: whole pictures, as many as come next to the target. */
export const partSeconds =
  Math.round((encoderDefaults.partTarget / 1000) * encoderDefaults.rate) / encoderDefaults.rate;
const segmentSeconds = encoderDefaults.segmentTarget / 1000;
/** Of `ftyp` and `moov` of a picture with sound. */
const initBytes = 1300;

/** One stream, each second. */
export interface SecondOfStream {
  readonly records: number;
  /** On `L`: what viewers get, and what says what it is. */
  readonly bytes: number;
  readonly indexRecords: number;
  readonly indexBytes: number;
  readonly claimRecords: number;
  readonly claimBytes: number;
}

export function secondOf({ bitRate, renditions }: Pick<LiveFacts, 'bitRate' | 'renditions'>): SecondOfStream {
  const parts = renditions / partSeconds;
  const inits = renditions / segmentSeconds;
  const indexed = 1 / segmentSeconds;
  const claims = 3000 / publishDefaults.leaseDuration;
  return {
    records: parts + inits,
    bytes: bitRate / 8 + parts * partFrame + inits * (initFrame + initBytes),
    indexRecords: indexed,
    indexBytes: indexed * (indexFrame + renditions * 14),
    claimRecords: claims,
    claimBytes: claims * claimFrame,
  };
}

const bare = Buffer.alloc(16);
const times = { timescale: 15_360, time: 61_440, duration: 2560, captured: microseconds };
const partFrame =
  batchSize(
    encodeLiveRecord(
      {
        ...numbers,
        ...times,
        kind: 'part',
        rendition: 'main',
        part: 1,
        chunk: 0,
        lastChunk: true,
        keyframe: false,
        discontinuity: false,
      },
      bare,
    ),
  ) - bare.length;
const facts = {
  codecs: 'avc1.64001f,mp4a.40.2',
  width: 1280,
  height: 720,
  frameRate: 30_000,
  bandwidth: 3_000_000,
  averageBandwidth: 2_500_000,
};
const targets = { part: 166_667, segment: 2_000_000 };
const initFrame =
  batchSize(encodeLiveRecord({ ...numbers, kind: 'init', rendition: 'main', facts, targets }, bare)) -
  bare.length;
const indexFrame = batchSize(
  encodeIndexEntry({
    stream,
    kind: 'segment',
    epoch: 1,
    media: 100_000,
    discontinuities: 0,
    discontinuity: false,
    gap: false,
    captured: microseconds,
    timescale: 15_360,
    time: 100_000_000,
    duration: 30_720,
    ordinal: 1_000_000,
    parts: 12,
    first: 1_000_000,
    next: 1_000_013,
    sizes: {},
  }),
);
const claimFrame = batchSize(
  encodeClaim({
    stream,
    state: 'live',
    epoch: 1,
    owner: '0'.repeat(32),
    host: 'studio-02',
    pid: 12_345,
    boot: '01234567-89ab-cdef-0123-456789abcdef',
    lasts: publishDefaults.leaseDuration,
    partition: 0,
    began: 1_790_000_000_000,
    media: 100_000,
    discontinuities: 0,
    offset: 1_000_000,
    targets,
  }),
);
