/** What one sender's media become: FFmpeg reads them from a pipe, anew where another plan would do better. */
import { Readable } from 'node:stream';
import { ConfigurationError, describeError, SluiceError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { runEncoder } from '../../encode/encoder.ts';
import { encoderDefaults } from '../../encode/options.ts';
import { type PictureFacts, pictureFacts } from '../../encode/picture-facts.ts';
import { misfit } from '../../encode/picture-fit.ts';
import type { EncodingPlan } from '../../encode/plan.ts';
import type { MediaEvent, MediaInit } from '../../media.ts';
import { withoutSlowStart } from '../../publish/slow-start.ts';
import { isAboutSound } from '../../publish/source.ts';
import { PaceWatch } from './pace-watch.ts';
import type { Found, Plans } from './plans.ts';
import type { Senders, Sending } from './senders.ts';

export interface SentRunOptions {
  readonly senders: Senders;
  readonly plans: Plans;
  readonly ffmpeg: string;
  readonly stallAfter: number;
  /** Milliseconds that a sender that was lost is waited for. */
  readonly reconnect: number;
  readonly logger: Logger;
}

/** One sender's media. */
export class SentRun {
  readonly #options: SentRunOptions;
  readonly #sending: Sending;
  #picture: PictureFacts | undefined;

  constructor(options: SentRunOptions, sending: Sending) {
    this.#options = options;
    this.#sending = sending;
  }

  async *events(signal: AbortSignal): AsyncGenerator<MediaEvent> {
    const { plans } = this.#options;
    const { bytes, container, picture } = this.#sending;
    let found: Found | undefined = picture === undefined ? undefined : { picture: pictureFacts(picture) };
    for (;;) {
      const plan = await plans.of(container, found);
      let end: MediaEvent | undefined;
      for await (const event of withoutSlowStart(this.#encode(plan, signal))) {
        if (event.type === 'end') end = event;
        else yield event;
      }
      const error = end?.type === 'end' ? end.error : undefined;
      const better = error === undefined || signal.aborted ? undefined : this.#better(plan, error);
      if (better === undefined || !bytes.isWhole) {
        yield* this.#ended(error, signal);
        return;
      }
      // The same bytes once more, by a plan that fits them.
      if (better.audioCodec !== undefined) yield { type: 'note', message: soundEncoded };
      found = { ...found, ...better };
    }
  }

  async *#encode(plan: EncodingPlan, signal: AbortSignal): AsyncGenerator<MediaEvent> {
    const { ffmpeg, stallAfter, logger } = this.#options;
    const { bytes, since } = this.#sending;
    const stdin = Readable.from(bytes.read());
    const pace = new PaceWatch();
    try {
      const run = runEncoder(plan, {
        signal,
        stdin,
        sentSince: since,
        program: ffmpeg,
        stallAfter,
        onPicture: (picture) => {
          this.#picture = picture;
        },
        onComplaint: (line) => logger.debug(`FFmpeg: ${line}`),
      });
      for await (const event of run) {
        if (event.type === 'chunk') bytes.forget();
        const fault = event.type === 'init' ? soundFault(event, plan) : this.#slowness(event, plan, pace);
        if (fault !== undefined) yield { type: 'note', message: fault };
        yield event;
      }
    } finally {
      stdin.destroy();
    }
  }

  #slowness(event: MediaEvent, { outputs }: EncodingPlan, pace: PaceWatch): string | undefined {
    if (event.type !== 'chunk' || event.rendition !== outputs[0]?.rendition) return undefined;
    const { time, duration, timescale } = event;
    return pace.push(((time + duration) / timescale) * 1000);
  }

  /** What another run is to do otherwise; undefined: nothing would help. */
  #better(plan: EncodingPlan, error: Error): Found | undefined {
    const picture = this.#picture;
    const isMisfit = picture !== undefined && misfit(plan, picture) !== undefined;
    const isSound = plan.settings.audioCodec === 'copy' && isAboutSound(error);
    const isNoAac = /not supported by the bitstream filter/.test(error.message);
    if (!isMisfit && !isSound && !isNoAac) return undefined;
    return {
      ...(isMisfit ? { picture } : {}),
      ...(isNoAac ? { isNoAac } : {}),
      ...(isSound ? { audioCodec: encoderDefaults.audioCodec } : {}),
    };
  }

  /** How the run counts: whoever was lost is waited for, whoever has ended is not. */
  *#ended(error: Error | undefined, signal: AbortSignal): Generator<MediaEvent> {
    const { bytes, isFinal, fail } = this.#sending;
    if (signal.aborted) yield { type: 'end' };
    else if (isFinal) yield* this.#isFollowed();
    else if (bytes.loss !== undefined) yield { type: 'end', error: this.#awaited(bytes.loss) };
    else if (bytes.isOver) {
      if (error !== undefined) yield { type: 'note', message: `what was sent last: ${describeError(error)}` };
      yield* this.#isFollowed();
    } else {
      const reason = error ?? new SluiceError('FFmpeg has ended before what is sent did');
      fail(reason);
      yield { type: 'end', error: this.#awaited(reason) };
    }
  }

  /** What is told while the sender is waited for. */
  #awaited(error: Error): Error {
    const message = `${describeError(error)}; its sender is waited for, ${this.#options.reconnect / 1000} s`;
    // A mistake in the configuration stays one.
    return error instanceof ConfigurationError ? error : new SluiceError(message, { cause: error });
  }

  /** Another one goes on with the programme of one that has ended. */
  *#isFollowed(): Generator<MediaEvent> {
    const isFollowed = this.#options.senders.waiting.some((each) => each !== this.#sending);
    if (!isFollowed) yield { type: 'end' };
    else yield { type: 'end', error: new SluiceError('another sender goes on') };
  }
}

/** Whoever sends without sound may not know it. */
function soundFault({ rendition, facts }: MediaInit, { sound, outputs }: EncodingPlan): string | undefined {
  const isFirst = rendition === outputs[0]?.rendition;
  if (!isFirst || sound !== 'beside' || facts.codecs.includes(',')) return undefined;
  return 'no sound is sent: the picture is published without';
}

const soundEncoded = 'the sound cannot be copied as it comes: it is encoded';
