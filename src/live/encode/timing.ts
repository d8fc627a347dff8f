/** Whole numbers of pictures: parts that are all of one length, and keyframes where segments begin. Pure. */
import { ConfigurationError } from '../../errors.ts';
import type { Targets } from '../../records/live-record.ts';
import { encoderDefaults } from './options.ts';

/** Milliseconds; pictures a second. */
export interface WishedTiming {
  readonly rate: number;
  readonly partTarget: number;
  readonly segmentTarget: number;
  readonly keyframeInterval: number;
}

export interface Timing {
  readonly rate: number;
  /** Pictures in a part, and from one keyframe to the next. */
  readonly partPictures: number;
  readonly keyframePictures: number;
  /** What the stream promises: never less than a part and a segment last. */
  readonly targets: Targets;
  /** What came out otherwise than asked for, as sentences for the log. */
  readonly notes: readonly string[];
}

/** Samples a second that all sound is brought to, and samples of one frame of AAC. */
export const soundRate = 48_000;
const frameSamples = 1024;

/** The same for sound alone: whole frames of AAC. */
export function roundToSound(wished: WishedTiming): Timing {
  const { partTarget, segmentTarget, keyframeInterval } = wished;
  // Any frame may begin a segment; segments are whole parts.
  const rate = soundRate / frameSamples;
  const partPictures = Math.max(1, Math.floor((partTarget * rate) / 1000 + slack));
  const parts = Math.max(
    1,
    Math.floor(Math.min(segmentTarget, keyframeInterval) / ((partPictures / rate) * 1000) + slack),
  );
  const targets = {
    part: microseconds(partPictures, rate),
    segment: microseconds(parts * partPictures, rate),
  };
  return { rate, partPictures, keyframePictures: parts * partPictures, targets, notes: [] };
}

/** Rounds to whole pictures. Throws ConfigurationError for what cannot be. */
export function roundToPictures(wished: WishedTiming): Timing {
  const { rate, partTarget, segmentTarget, keyframeInterval } = wished;
  if (!(rate >= 1 && rate <= 240))
    throw new ConfigurationError(`a rate of ${rate} pictures a second is not between 1 and 240`);
  if (keyframeInterval > segmentTarget) {
    throw new ConfigurationError(
      `keyframes every ${keyframeInterval} ms are too far apart for segments of ${segmentTarget} ms, which begin with one: ` +
        'shorten the keyframe interval or lengthen the segment target',
    );
  }
  const keyframePictures = Math.max(1, Math.floor((keyframeInterval * rate) / 1000 + slack));
  const partPictures = Math.min(keyframePictures, choosePart(wished, keyframePictures));
  const notes = [
    // A part of the usual length is as long as the rate allows; nobody has asked for its milliseconds.
    ...(partTarget === encoderDefaults.partTarget ? [] : note('parts', partTarget, partPictures, rate)),
    ...note('keyframes', keyframeInterval, keyframePictures, rate),
  ];
  const keyframes = Math.max(1, Math.floor((segmentTarget * rate) / 1000 / keyframePictures + slack));
  const targets = {
    part: microseconds(partPictures, rate),
    segment: microseconds(keyframes * keyframePictures, rate),
  };
  return { rate, partPictures, keyframePictures, targets, notes };
}

/** So that 0.2 * 30 counts as 6. */
const slack = 1e-6;

/**
 * With several keyframes in a segment every keyframe ends a part, also where no segment ends: then parts must divide the
 * interval, or some were shorter than players allow (85 % of the target).
 */
function choosePart(
  { rate, partTarget, segmentTarget, keyframeInterval }: WishedTiming,
  keyframePictures: number,
): number {
  const wished = Math.max(1, Math.round((partTarget * rate) / 1000));
  if (keyframeInterval * 2 > segmentTarget) return wished;
  let best = 1;
  for (let pictures = 1; pictures <= keyframePictures; pictures++) {
    if (keyframePictures % pictures === 0 && Math.abs(pictures - wished) < Math.abs(best - wished))
      best = pictures;
  }
  return best;
}

function microseconds(pictures: number, rate: number): number {
  return Math.ceil((pictures * 1_000_000) / rate - slack);
}

function note(what: string, wished: number, pictures: number, rate: number): string[] {
  const actual = (pictures * 1000) / rate;
  if (Math.abs(actual - wished) < 0.001) return [];
  const count = pictures === 1 ? '1 picture' : `${pictures} pictures`;
  return [
    `${what} every ${Number(actual.toFixed(3))} ms instead of ${wished} ms: ${count} at ${rate} a second`,
  ];
}
