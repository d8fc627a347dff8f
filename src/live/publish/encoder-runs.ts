/** Runs the encoder until its input ends, anew whenever it fails; each run is an epoch of the stream. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, SluiceError } from '../../errors.ts';
import type { MediaChunk, MediaInit } from '../media.ts';
import type { PublishEvent } from './events.ts';
import type { HeldClaim } from './held-claim.ts';
import { type NumberedRecord, Numbering } from './numbering.ts';
import { type EndedRun, Restarts } from './restarts.ts';
import type { MediaSource } from './source.ts';
import type { RunningEpoch, StreamWriter } from './stream-writer.ts';

/** What comes next in the stream. */
export interface Position {
  readonly media: number;
  readonly discontinuities: number;
}

export interface EncoderRunsOptions {
  readonly source: MediaSource;
  readonly stream: string;
  /** Holds the epoch that the first run is to have. */
  readonly claim: Pick<HeldClaim, 'epoch' | 'raise' | 'loosen'>;
  readonly writer: StreamWriter;
  readonly start: Position;
  /** Another publisher began the programme: it is gone on with, or ended. */
  readonly isOpen: boolean;
  /** Ends the runs. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: PublishEvent) => void;
}

export class EncoderRuns {
  readonly #options: EncoderRunsOptions;
  readonly #restarts: Restarts;
  #position: Position;
  #epoch: RunningEpoch;
  #numbering: Numbering | undefined;
  /** Parts have come that no end followed. */
  #isOpen: boolean;
  #ordinal = 0;
  /** Seconds of media that the run has given. */
  #reached = 0;
  /** When the newest picture of all runs ended: microseconds since the epoch of Unix. */
  #captured: number | undefined;
  #warned = false;

  constructor(options: EncoderRunsOptions) {
    this.#options = options;
    this.#position = options.start;
    this.#restarts = new Restarts(options.source);
    this.#epoch = this.#newEpoch(undefined);
    this.#isOpen = options.isOpen;
  }

  get position(): Position {
    return this.#numbering?.following ?? this.#position;
  }

  /** The programme has parts, and has not ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get epoch(): number {
    return this.#epoch.epoch;
  }

  /** How often the encoder has begun anew. */
  get restarts(): number {
    return this.#restarts.count;
  }

  /** Resolves when the input has ended, or the signal has come. Throws what cannot be mended by beginning anew. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      const began = performance.now();
      const before = this.#position.media;
      const error = await this.#runOnce();
      if (error === undefined || signal.aborted) return;
      const gave = this.#position.media > before;
      const ended = { error, lasted: performance.now() - began, gave, reached: this.#reached };
      await this.#pause(ended);
      if (signal.aborted || !(await this.#returns(ended))) return;
      this.#epoch = this.#newEpoch(this.#options.claim.raise());
    }
  }

  /** Says that the programme is over, if there is one. */
  async endProgramme(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { stream, writer, claim } = this.#options;
    const { media, discontinuities } = this.#position;
    const { epoch } = this.#epoch;
    const record = { kind: 'end', stream, epoch, media, ordinal: this.#ordinal, discontinuities } as const;
    writer.push(this.#epoch, [{ record }]);
    writer.closeEpoch(this.#epoch);
    // What comes behind it is another programme, of another epoch.
    if (this.#numbering === undefined) this.#epoch = this.#newEpoch(claim.raise());
  }

  #newEpoch(claimed: Promise<void> | undefined): RunningEpoch {
    const { claim, source } = this.#options;
    const epoch: RunningEpoch = { epoch: claim.epoch, renditions: source.renditions, claimed, sequence: 0 };
    claimed?.then(
      () => {
        epoch.claimed = undefined;
      },
      // The writer meets it as well.
      () => {},
    );
    return epoch;
  }

  /** The error that ended the run; undefined when its input ended. */
  async #runOnce(): Promise<Error | undefined> {
    const { source, stream, signal, writer } = this.#options;
    const { media, discontinuities } = this.#position;
    const discontinuity = media > 0;
    const numbering = new Numbering({
      stream,
      epoch: this.#epoch.epoch,
      start: { media, discontinuity, discontinuities: discontinuities + (discontinuity ? 1 : 0) },
      targets: source.targets,
      chunks: source.chunks,
      foreignKeyframes: source.foreignKeyframes ?? false,
    });
    this.#numbering = numbering;
    try {
      for await (const event of source.run(signal, this.#captured)) {
        if (event.type === 'end') return event.error;
        if (event.type === 'note') {
          this.#options.onEvent({ type: 'warning', message: event.message });
          continue;
        }
        const misfit = this.#take(event, numbering);
        if (misfit !== undefined) return misfit;
        if (source.canWait) await writer.writable();
      }
      return undefined;
    } finally {
      this.#closeRun(numbering);
    }
  }

  /** An error where what came does not go on with what was before: another run may. */
  #take(event: MediaInit | MediaChunk, numbering: Numbering): SluiceError | undefined {
    let numbered: NumberedRecord[];
    try {
      numbered = numbering.push(event);
    } catch (error) {
      if (error instanceof SluiceError) return error;
      throw error;
    }
    if (numbered.length > 0) this.#isOpen = true;
    this.#options.writer.push(this.#epoch, numbered);
    if (numbering.excess === 0 || this.#warned) return undefined;
    this.#warned = true;
    const excess = Math.ceil(numbering.excess * 1000);
    const message = `parts last up to ${excess} ms longer than announced, which some players do not forgive: encode the picture, or raise --part-target`;
    this.#options.onEvent({ type: 'warning', message });
    return undefined;
  }

  #closeRun(numbering: Numbering): void {
    const { following } = numbering;
    this.#options.writer.closeEpoch(this.#epoch);
    this.#ordinal = following.ordinal;
    this.#reached = following.seconds;
    this.#captured = following.captured ?? this.#captured;
    this.#position = { media: following.media, discontinuities: following.discontinuities };
  }

  #tellRepetition({ reached }: EndedRun): void {
    const message = `the file failed at ${reached.toFixed(1)} s as it did before: it is not begun once more`;
    this.#options.onEvent({ type: 'warning', message });
  }

  /** False: whoever sent does not come back. */
  async #returns({ error }: EndedRun): Promise<boolean> {
    const { source, claim, signal, onEvent } = this.#options;
    if (source.returns === undefined || source.isFollowed?.() === true) return true;
    onEvent({ type: 'waiting', on: 'source', message: describeError(error) });
    // While nobody sends, whoever is sent to instead need not wait for us. That it is lost is told by itself.
    claim.loosen().catch(() => {});
    const isBack = await source.returns(signal);
    if (isBack) onEvent({ type: 'resumed', on: 'source', message: 'the sender is back' });
    return isBack && !signal.aborted;
  }

  async #pause(ended: EndedRun): Promise<void> {
    const { source } = this.#options;
    // Who has sent pictures before is taken at once.
    if (source.returns !== undefined && ended.gave) {
      this.#restarts.forget();
      return;
    }
    if (source.isWarm?.() === true) return;
    const wait = this.#restarts.after(ended);
    if (wait === undefined) {
      if (this.#restarts.count > 0) this.#tellRepetition(ended);
      throw ended.error;
    }
    this.#options.onEvent({
      type: 'encoder-restarted',
      epoch: this.#epoch.epoch + 1,
      after: wait / 1000,
      message: `${describeError(ended.error)}; the encoder begins anew in ${(wait / 1000).toFixed(1)} s`,
    });
    await delay(wait, undefined, { signal: this.#options.signal }).catch(() => {});
  }
}
