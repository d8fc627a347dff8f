/** The picture of one rendition: from the bytes of its pipe to an initialisation and chunks that keep what was planned. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { type ChunkPiece, Fragmenter, type Piece } from '../mp4/fragmenter.ts';
import type { Movie } from '../mp4/movie.ts';
import type { EncodingPlan } from './plan.ts';

/** A segment may be this much longer than its target before anybody speaks of missing keyframes. */
const tolerance = 1.05;

export class RenditionCut {
  readonly #plan: EncodingPlan;
  readonly #fragmenter = new Fragmenter();
  /** Ticks. */
  #keyframe: number | undefined;

  constructor(plan: EncodingPlan) {
    this.#plan = plan;
  }

  /**
   * What these bytes complete. Throws FormatError for bytes that are no fragmented MP4, ConfigurationError for an input that is
   * otherwise than it was planned.
   */
  *push(slice: Buffer): Generator<Piece> {
    for (const piece of this.#fragmenter.push(slice)) {
      if (piece.type === 'init') this.#checkTracks(piece.movie);
      else this.#checkKeyframe(piece);
      yield piece;
    }
  }

  /** Where there is no picture, FFmpeg takes what there is. Sound alone has parts of other lengths, which have been promised by now. */
  #checkTracks({ main }: Movie): void {
    if (main.kind === 'video' || this.#plan.settings.videoCodec === 'none') return;
    throw new ConfigurationError(
      'the input has no picture: to publish its sound alone, give "none" as the codec of the picture',
    );
  }

  /** Only a copied picture has keyframes of its own. */
  #checkKeyframe({ keyframe, time, duration, timescale }: ChunkPiece): void {
    if (keyframe) this.#keyframe = time;
    this.#keyframe ??= time;
    const seconds = (time + duration - this.#keyframe) / timescale;
    const target = this.#plan.targets.segment / 1e6;
    if (seconds <= target * tolerance) return;
    throw new ConfigurationError(
      `the input had no keyframe for ${seconds.toFixed(1)} s, too long for segments of ${target} s: let its sender make them more ` +
        'often, encode the picture instead of copying it, or lengthen the segment target',
    );
  }
}
