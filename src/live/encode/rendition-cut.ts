/** One rendition: from the bytes of its pipe to its media events. Pure. */
import { ConfigurationError } from '../../errors.ts';
import type { MediaChunk, MediaInit } from '../media.ts';
import { type ChunkPiece, Fragmenter, type Piece } from '../mp4/fragmenter.ts';
import type { Movie } from '../mp4/movie.ts';
import { renditionFacts } from './facts.ts';
import { PartJoiner } from './part-joiner.ts';
import type { EncodingPlan, PlannedOutput } from './plan.ts';

/** A segment may be this much longer than its target before anybody speaks of missing keyframes. */
const tolerance = 1.05;

export class RenditionCut {
  readonly #plan: EncodingPlan;
  readonly #output: PlannedOutput;
  readonly #fragmenter = new Fragmenter();
  readonly #joiner: PartJoiner | undefined;
  /** Ticks. */
  #keyframe: number | undefined;

  constructor(plan: EncodingPlan, output: PlannedOutput) {
    this.#plan = plan;
    this.#output = output;
    this.#joiner = plan.settings.chunks === 'part' ? new PartJoiner(plan.timing) : undefined;
  }

  /**
   * What these bytes complete; `readAt` is when they came, milliseconds since the epoch. Throws FormatError for bytes that are no
   * fragmented MP4, ConfigurationError for an input that is otherwise than it was planned.
   */
  *push(slice: Buffer, readAt: number): Generator<MediaInit | MediaChunk> {
    for (const piece of this.#fragmenter.push(slice)) yield* this.#give(piece, readAt);
  }

  /** What was held back, once nothing follows. */
  *end(readAt: number): Generator<MediaChunk> {
    for (const chunk of this.#joiner?.end() ?? []) yield this.#chunk(chunk, readAt);
  }

  *#give(piece: Piece, readAt: number): Generator<MediaInit | MediaChunk> {
    const { rendition } = this.#output;
    if (piece.type === 'init') {
      this.#checkTracks(piece.movie);
      const facts = renditionFacts(this.#plan, this.#output, piece.movie);
      yield { type: 'init', rendition, bytes: piece.bytes, facts };
      return;
    }
    this.#checkKeyframe(piece);
    for (const chunk of this.#joiner?.push(piece) ?? [piece]) yield this.#chunk(chunk, readAt);
  }

  #chunk(chunk: ChunkPiece, readAt: number): MediaChunk {
    return { ...chunk, rendition: this.#output.rendition, readAt };
  }

  /** Sound alone has parts of other lengths, which have been promised by now. */
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
