/** The bytes of a pipe that carries sound alone: a `moov`, then its frames one by one. Pure. */
import { FormatError } from '../../errors.ts';
import { type Movie, readMovie } from '../mp4/movie.ts';
import { type SoundSample, soundSamples } from '../mp4/sound-samples.ts';
import { BoxSplitter, type WholeBox } from '../mp4/splitter.ts';

/** Bytes of the largest box that is believed. */
const largestBox = 1024 * 1024;

export class SoundPipe {
  readonly #splitter = new BoxSplitter(largestBox);
  #init: Buffer | undefined;
  #movie: Movie | undefined;
  #moof: WholeBox | undefined;

  /** The box `moov` as it stood there, and what it says; undefined before it has come. */
  get init(): Buffer | undefined {
    return this.#init;
  }

  get movie(): Movie | undefined {
    return this.#movie;
  }

  /** The frames that these bytes complete, of all tracks. Throws FormatError for what is no fragmented MP4. */
  *push(slice: Buffer): Generator<SoundSample> {
    for (const box of this.#splitter.push(slice)) {
      if (box.type === 'moov') {
        this.#init = box.bytes;
        this.#movie = readMovie(box.bytes.subarray(box.head));
      } else if (box.type === 'moof') this.#moof = box;
      else if (box.type === 'mdat') {
        if (this.#moof === undefined || this.#movie === undefined)
          throw new FormatError('an mdat has no moof');
        yield* soundSamples(this.#moof, box, this.#movie);
        this.#moof = undefined;
      }
    }
  }
}
