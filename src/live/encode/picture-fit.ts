/** Whether a run is made for the picture that it has found: how it is filtered was settled before anybody could look. Pure. ADR 156. */
import { mayBeInterlaced } from './input.ts';
import { isHdr, type PictureFacts } from './picture-facts.ts';
import type { EncodingPlan } from './plan.ts';

/** Why the next run has to be made otherwise, as the begin of a sentence; undefined: this one is right. */
export function misfit({ settings, found: planned }: EncodingPlan, found: PictureFacts): string | undefined {
  const { videoCodec, deinterlace, input, inputOptions, renditions } = settings;
  if (videoCodec === 'copy' || videoCodec === 'none') return undefined;
  const wasHdr = planned !== undefined && isHdr(planned);
  if (isHdr(found) !== wasHdr) return wasHdr ? 'the picture is no longer HDR' : 'the picture is HDR';
  // The other inputs have the filter always, for it looks at each picture.
  const isCombed = deinterlace === 'auto' && found.isInterlaced === true && planned?.isInterlaced !== true;
  if (isCombed && !mayBeInterlaced(input, inputOptions)) return 'the picture has fields';
  const isSized = planned !== undefined && renditions.some(({ size }) => size === undefined);
  const isOther = isSized && (planned.width !== found.width || planned.height !== found.height);
  return isOther ? 'the picture has another size' : undefined;
}
