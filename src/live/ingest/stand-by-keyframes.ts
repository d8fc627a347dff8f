/**
 * Keyframes where a stand-by may have to go on (ADR 374). It begins with one, so that viewers wait for as long as those are apart, and hls.js gives up what it
 * asks for after 0.8 of a segment. Pure.
 */
import type { EncodingOptions } from '../encode/options.ts';
import { encoderDefaults } from '../encode/options.ts';
import { roundToPictures } from '../encode/timing.ts';

/**
 * Milliseconds from one keyframe to the next: half a segment, where parts and segments stay what they are. Undefined: as without a stand-by. Throws
 * ConfigurationError for times that contradict one another.
 */
export function standByKeyframes(options: EncodingOptions): number | undefined {
  const { videoCodec, rate, partTarget, segmentTarget } = { ...encoderDefaults, ...options };
  // Copied, they come when the sender makes them.
  if (videoCodec === 'copy' || videoCodec === 'none') return undefined;
  const timing = { rate, partTarget, segmentTarget };
  const usual = roundToPictures({ ...timing, keyframeInterval: segmentTarget });
  const half = roundToPictures({ ...timing, keyframeInterval: segmentTarget / 2 });
  const isSame =
    half.partPictures === usual.partPictures &&
    half.targets.segment === usual.targets.segment &&
    half.keyframePictures * 2 === usual.keyframePictures;
  return isSame ? segmentTarget / 2 : undefined;
}
