/**
 * Pictures and sound come from FFmpeg on pipes of their own, so that none of them can hold the others up; here they become one stream. A
 * chunk of pictures waits for the sound of its time, for a bounded time; then silence takes its place. Pure: times come in. ADR 120.
 */
import { SluiceError } from '../../errors.ts';
import type { MediaChunk, MediaInit, MediaNote } from '../media.ts';
import { addSound, soundTrackId } from '../mp4/add-sound.ts';
import { requiredBox } from '../mp4/box.ts';
import { fillColours } from '../mp4/fill-colours.ts';
import type { ChunkPiece, InitPiece, Piece } from '../mp4/fragmenter.ts';
import { type Movie, readMovie } from '../mp4/movie.ts';
import { retime } from '../mp4/retime.ts';
import { nameForApple } from '../mp4/sample-entries.ts';
import { type SoundSample, soundFragment } from '../mp4/sound-samples.ts';
import { renditionFacts } from './facts.ts';
import { type PictureFacts, usualCodes } from './picture-facts.ts';
import type { EncodingPlan } from './plan.ts';
import { SoundSource } from './sound-source.ts';
import { SoundWait } from './sound-wait.ts';

export interface InterleaverOptions {
  readonly plan: EncodingPlan;
  /** The input comes as fast as it can be read: what a chunk waits is measured in media, not by a clock. */
  readonly unpaced: boolean;
  /** It comes once, as somebody sends it, so that another run may find sound which this one could not announce. */
  readonly live: boolean;
}

type Given = MediaInit | MediaChunk | MediaNote;

interface Held {
  readonly piece: Piece;
  /** Wall clock and steady clock, milliseconds. */
  readonly readAt: number;
  readonly since: number;
}

/** One rendition's pictures that wait, and what of them has gone. */
interface Picture {
  readonly held: Held[];
  movie: Movie | undefined;
  /** Ticks: the first picture's time, which is 0 in what is sent. */
  base: number | undefined;
  sequence: number;
}

export class Interleaver {
  readonly #options: InterleaverOptions;
  readonly #pictures: readonly Picture[];
  readonly #sound: SoundSource;
  readonly #wait: SoundWait;
  #found: PictureFacts | undefined;

  constructor(options: InterleaverOptions) {
    const { plan } = options;
    this.#options = options;
    this.#pictures = plan.outputs.map(() => ({
      held: [],
      movie: undefined,
      base: undefined,
      sequence: 0,
    }));
    this.#sound = new SoundSource(plan, plan.outputs.length);
    this.#wait = new SoundWait(options.unpaced);
  }

  /** What the input's picture was found to be by FFmpeg, after the run was planned. */
  onPicture(found: PictureFacts): void {
    this.#found = found;
  }

  /** A piece of a rendition, read at `readAt` by the wall clock, and `now` by the steady one. */
  *picture(index: number, piece: Piece, readAt: number, now: number): Generator<Given> {
    const picture = this.#pictures[index];
    if (picture === undefined) return;
    if (piece.type === 'init' && piece.movie.tracks.some(({ kind }) => kind === 'audio')) this.#sound.none();
    if (piece.type === 'chunk') {
      picture.base ??= piece.time;
      this.#sound.begin(picture.base / piece.timescale);
      this.#wait.reached(piece.time / piece.timescale);
    }
    picture.held.push({ piece, readAt, since: now });
    yield* this.release(now);
  }

  /** Bytes of the pipe of the sound. Throws FormatError, and SluiceError for sound that can only be had by another run. */
  *sound(slice: Buffer, now: number): Generator<Given> {
    const late = this.#sound.push(slice);
    if (late !== undefined && this.#sound.state === 'left-out') {
      if (this.#options.live)
        throw new SluiceError('the sound of the input has begun, and is sent from now on');
    } else if (late !== undefined && this.#wait.heard(late)) yield note('the sound of the input has come');
    yield* this.release(now);
  }

  /** There was a frame of sound that FFmpeg gave. */
  get soundHasCome(): boolean {
    return this.#sound.hasCome;
  }

  /** Gives what need not wait any longer; to be called now and then. */
  *release(now: number): Generator<Given> {
    for (const [index, picture] of this.#pictures.entries()) {
      for (let [head] = picture.held; head !== undefined; [head] = picture.held) {
        if (!this.#mayGo(head, picture)) {
          if (!this.#wait.isOver(now - head.since, secondsOf(head.piece))) break;
          yield* this.#goWithout();
          continue;
        }
        picture.held.shift();
        yield this.#give(index, picture, head, false);
      }
    }
  }

  /** Nothing follows: what waits is given as it is, its sound filled up. */
  *end(): Generator<Given> {
    if (this.#sound.state === 'unknown') this.#sound.none();
    for (const [index, picture] of this.#pictures.entries()) {
      for (const head of picture.held.splice(0)) yield this.#give(index, picture, head, true);
    }
  }

  #mayGo({ piece }: Held, picture: Picture): boolean {
    const { state } = this.#sound;
    if (state === 'none' || state === 'left-out') return true;
    if (state === 'unknown') return false;
    if (piece.type === 'init' || this.#wait.isMissing) return true;
    return this.#sound.reaches(this.#span(piece, picture).least);
  }

  /** The sound has not come in time. */
  *#goWithout(): Generator<Given> {
    const waited = this.#wait.giveUp();
    const instead = this.#sound.giveUp()
      ? 'silence takes its place until it does'
      : 'the picture is sent without it';
    yield note(`no sound has come from the input for ${waited}: ${instead}`);
  }

  #give(index: number, picture: Picture, { piece, readAt }: Held, isLast: boolean): MediaInit | MediaChunk {
    return piece.type === 'init'
      ? this.#init(index, picture, piece)
      : this.#chunk(index, picture, piece, { readAt, isLast });
  }

  #init(index: number, picture: Picture, { bytes, movie }: InitPiece): MediaInit {
    const { plan } = this.#options;
    const output = plan.outputs[index];
    if (output === undefined) throw new Error('a rendition that was not planned');
    picture.movie = movie;
    const sound = this.#sound.init;
    const usual = this.#found && usualCodes(this.#found);
    const told = usual === undefined ? bytes : fillColours(bytes, usual);
    const whole = sound === undefined ? told : addSound(told, sound.bytes, sound.trackId);
    const isOther = nameForApple(whole) || sound !== undefined || told !== bytes;
    const both = isOther ? readMovie(requiredBox(whole, 'moov')) : movie;
    const facts = renditionFacts(plan, output, both);
    return { type: 'init', rendition: output.rendition, bytes: whole, facts };
  }

  #chunk(
    index: number,
    picture: Picture,
    piece: ChunkPiece,
    its: { readonly readAt: number; readonly isLast: boolean },
  ): MediaChunk {
    const { base = 0, movie } = picture;
    const { timescale, duration, keyframe } = piece;
    const { least, end } = this.#span(piece, picture);
    const frames = this.#sound.take(index, its.isLast ? end : least, end);
    let { bytes } = piece;
    if (movie !== undefined && (base !== 0 || this.#sound.init !== undefined)) {
      retime(bytes, movie, {
        timeOf: ({ time }) => time - base,
        nextSequence: () => ++picture.sequence,
      });
      // Behind the picture, the first track of the init: some players take a segment's first time for one of that track.
      const sound = this.#soundBytes(picture, frames);
      if (sound !== undefined) bytes = Buffer.concat([bytes, sound]);
    }
    const rendition = this.#options.plan.outputs[index]?.rendition ?? '';
    const time = piece.time - base;
    return { type: 'chunk', rendition, bytes, keyframe, timescale, time, duration, readAt: its.readAt };
  }

  #soundBytes(picture: Picture, frames: readonly SoundSample[]): Buffer | undefined {
    return frames.length === 0 ? undefined : soundFragment(soundTrackId, ++picture.sequence, frames);
  }

  /** Seconds, counted from the first picture: up to where the chunk must have sound, and up to where it may. */
  #span({ time, duration, timescale }: ChunkPiece, { base = 0 }: Picture): { least: number; end: number } {
    const end = (time - base + duration) / timescale;
    // FFmpeg gives sound about two frames later than pictures of the same time: the rest goes with the next chunk.
    const least = end - 1 / this.#options.plan.timing.rate - 2 * this.#sound.frameSeconds;
    return { least, end };
  }
}

function secondsOf(piece: Piece): number | undefined {
  return piece.type === 'init' ? undefined : (piece.time + piece.duration) / piece.timescale;
}

function note(message: string): MediaNote {
  return { type: 'note', message };
}
