/** Plays a stream: the library's face of it. */
import { FormatError, IncompleteError } from '../../errors.ts';
import { figuresOf } from '../../figures/with-figures.ts';
import { statusEvents } from '../../files/run/status.ts';
import { createKafka } from '../../kafka/client.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { silentLogger } from '../../log.ts';
import type { Step } from './continuity.ts';
import { Film } from './film.ts';
import { type PlayEvent, type PlayFromOptions, type PlayOptions, playDefaults } from './options.ts';
import { readStream } from './read-stream.ts';

/**
 * Yields a stream as fragmented MP4: an init, then chunks from the newest keyframe (or a time) on, as they come. Times begin at 0 and go
 * on over gaps and restarts of the encoder. Ends with the programme, or by `signal`.
 *
 * Throws ConfigurationError (names, no such rendition; with `once`: no such stream), IncompleteError (unless `goOn`: picture or sound are
 * made otherwise than before), UnreachableError (past `giveUpAfter`) or KafkaError.
 */
export async function* play(given: PlayOptions): AsyncGenerator<Buffer> {
  const open = async () => new (await import('./figures.ts')).PlayFigures(given.stream);
  const { options, watcher, close } = await figuresOf(given, open);
  try {
    for await (const piece of playAlone(options)) {
      watcher?.hand(piece.length);
      yield piece;
    }
  } finally {
    await close();
  }
}

async function* playAlone(options: PlayOptions): AsyncGenerator<Buffer> {
  const { kafka: properties, giveUpAfter, logger = silentLogger, onEvent = () => {}, signal } = options;
  const kafka = createKafka({
    properties,
    clientId: `sluice-play-${options.stream}`,
    logger,
    onStatus: statusEvents(onEvent),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
    // Whoever only reads has nothing to finish there.
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    yield* playFrom(kafka, options);
  } finally {
    await kafka.close();
  }
}

/** The same through any client; it stays open. */
export async function* playFrom(kafka: Kafka, options: PlayFromOptions): AsyncGenerator<Buffer> {
  const { signal = new AbortController().signal, onEvent = () => {} } = options;
  const settings = { ...playDefaults, ...options, signal, onEvent, atSegments: false };
  const player = new Player(settings);
  for await (const step of readStream(kafka, settings)) {
    const bytes = player.take(step);
    if (bytes !== undefined) yield bytes;
  }
}

type PlayerOptions = Required<Pick<PlayFromOptions, 'stream' | 'goOn' | 'onEvent'>>;

/** From steps to the bytes of one film. */
class Player {
  readonly #stream: string;
  readonly #goOn: boolean;
  readonly #onEvent: (event: PlayEvent) => void;
  #film: Film | undefined;

  constructor({ stream, goOn, onEvent }: PlayerOptions) {
    this.#stream = stream;
    this.#goOn = goOn;
    this.#onEvent = onEvent;
  }

  take(step: Step): Buffer | undefined {
    switch (step.type) {
      case 'begin':
        return this.#begin(step);
      case 'chunk':
        return this.#chunk(step);
      case 'gap': {
        const { media, duration, timescale } = step.record;
        this.#onEvent({ type: 'gap', media, duration: duration / timescale });
        return undefined;
      }
      case 'end':
        return undefined;
    }
  }

  #begin({ init, record, lost }: Extract<Step, { type: 'begin' }>): Buffer | undefined {
    const { epoch, media, rendition, captured } = record;
    if (this.#film === undefined) {
      this.#film = new Film(init);
      const stream = this.#stream;
      this.#onEvent({ type: 'playing', stream, rendition, epoch, media, captured: captured / 1000 });
      return init;
    }
    const changed = !this.#film.suits(init);
    if (changed && !this.#goOn) {
      throw new IncompleteError(
        `stream "${this.#stream}" is made otherwise from here on (another size or codec): play it anew, or with --go-on for a player that takes a new init`,
      );
    }
    this.#onEvent({ type: 'cut', epoch, media, changed, message: cutMessage(this.#stream, changed, lost) });
    if (changed) this.#film.change(init);
    else this.#film.timeline.cut();
    return changed ? init : undefined;
  }

  #chunk({ bytes, offset }: Extract<Step, { type: 'chunk' }>): Buffer | undefined {
    try {
      this.#film?.timeline.place(bytes);
      return bytes;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const message = `record ${offset} was passed over: ${error.message}`;
      this.#onEvent({ type: 'warning', message });
      return undefined;
    }
  }
}

/** What became of a stream that was cut, as a sentence. */
export function cutMessage(stream: string, changed: boolean, lost: boolean): string {
  const what = lost ? 'a part is missing' : 'there is a cut';
  return `stream "${stream}": ${what}; it goes on${changed ? ', made otherwise than before' : ''}`;
}
