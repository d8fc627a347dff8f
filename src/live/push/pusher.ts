/** One target: FFmpeg is fed for as long as the stream lasts, and started anew whenever it ends. */

import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, describeError, SluiceError } from '../../errors.ts';
import { type Ffmpeg, startFfmpeg } from '../encode/process.ts';
import { requiredBox } from '../mp4/box.ts';
import { readMovie } from '../mp4/movie.ts';
import type { Step } from '../play/continuity.ts';
import { Restarts } from '../publish/restarts.ts';
import { isTaken, pushArguments } from './arguments.ts';
import { Feed } from './feed.ts';
import { hiddenFile } from './hidden-file.ts';
import type { PushEvent, PushedTarget } from './options.ts';
import { ProgressLines, type RunProgress } from './progress.ts';
import { Stall } from './stall.ts';
import { hiding, type PushTarget } from './target.ts';

export interface PusherOptions {
  readonly target: PushTarget;
  readonly bitrate: number;
  readonly stallAfter: number;
  readonly ffmpeg: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: PushEvent) => void;
  /** What FFmpeg complains of, without secrets. */
  readonly onComplaint: (line: string) => void;
}

const none: RunProgress = { seconds: 0, bytes: 0 };

export class Pusher {
  readonly #options: PusherOptions;
  readonly #restarts = new Restarts({ canReturn: true, isRepeated: false });
  #init: Buffer | undefined;
  #feed: Feed | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;
  #connections = 0;
  #isConnected = false;
  /** Of runs that have ended, and of the one that goes on. */
  #before = none;
  #run = none;
  /** When it was last told that more has been sent, by the steady clock. */
  #grewAt = 0;
  #dropped = 0;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  get state(): PushedTarget {
    return {
      target: this.#options.target.shown,
      isConnected: this.#isConnected,
      connections: this.#connections,
      seconds: this.#before.seconds + this.#run.seconds,
      bytes: this.#before.bytes + this.#run.bytes,
      dropped: this.#dropped + (this.#feed?.dropped ?? 0),
    };
  }

  /** To be called with all steps, in their order. Does not wait for the target. */
  take(step: Step): void {
    if (step.type === 'begin') this.#begin(step.init);
    if (step.type === 'chunk') this.#feed?.push(step);
    // What follows a gap begins anew.
  }

  /** Nothing comes any more: what waits is still sent. */
  end(): void {
    this.#isOver = true;
    this.#feed?.close();
    this.#wake?.();
  }

  /** Resolves when all is over. Rejects with ConfigurationError where FFmpeg is not there, SluiceError where the machine refuses. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!this.#isOver && !signal.aborted) {
      if (this.#init === undefined) {
        await this.#news();
        continue;
      }
      this.#feed ??= new Feed(this.#init);
      const feed = this.#feed;
      const pause = (await feed.begun()) ? await this.#feedOne(feed) : 0;
      // Another one stands there already where picture or sound are made otherwise from now on, and what this one left out is counted.
      if (this.#feed === feed) {
        this.#dropped += feed.dropped;
        this.#feed = undefined;
      }
      if (pause > 0 && !this.#isOver) await this.#rest(pause);
    }
  }

  #begin(init: Buffer): void {
    this.#init = init;
    if (this.#feed?.suits(init) === true) this.#feed.cut();
    else if (this.#feed !== undefined) {
      this.#feed.close();
      this.#dropped += this.#feed.dropped;
      this.#feed = new Feed(init);
    }
    this.#wake?.();
  }

  /** One connection. Milliseconds to wait before the next. */
  async #feedOne(feed: Feed): Promise<number> {
    const { target, signal, onEvent } = this.#options;
    const began = performance.now();
    const error = await this.#runOnce(feed).catch((reason: unknown) => {
      // A full disk, an init that is none: what can pass is tried again like everything else.
      if (reason instanceof SluiceError) return reason;
      throw reason;
    });
    feed.close();
    this.#isConnected = false;
    const gave = this.#run.bytes > 0;
    this.#before = {
      seconds: this.#before.seconds + this.#run.seconds,
      bytes: this.#before.bytes + this.#run.bytes,
    };
    this.#run = none;
    if (signal.aborted || (error === undefined && (this.#isOver || feed !== this.#feed))) return 0;
    const failed = error ?? new SluiceError('FFmpeg has ended');
    if (failed instanceof ConfigurationError) throw failed;
    const lasted = performance.now() - began;
    const pause = this.#restarts.after({ error: failed, lasted, gave, reached: 0 }) ?? 0;
    // Nothing comes any more that could be sent.
    const retryIn = this.#isOver ? 0 : Math.round(pause);
    onEvent({
      type: 'disconnected',
      target: target.shown,
      message: `${target.shown} takes nothing: ${hiding(describeError(failed), target)}`,
      retryIn,
    });
    return retryIn;
  }

  /** Resolves when FFmpeg has ended: with the reason, unless it was asked to or came to the end. */
  async #runOnce(feed: Feed): Promise<Error | undefined> {
    const { signal, stallAfter } = this.#options;
    const ffmpeg = this.#start(feed);
    const onAbort = (): void => ffmpeg.end();
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    const stalled = new SluiceError(`it has taken nothing for ${Math.round(stallAfter / 1000)} s`);
    this.#grewAt = performance.now();
    const stall = new Stall(stallAfter);
    const watch = setInterval(() => {
      const { takenAt, isWaiting } = feed;
      const now = performance.now();
      if (stall.isDue({ now, grewAt: this.#grewAt, takenAt, isWaiting })) ffmpeg.kill(stalled);
    }, 250);
    const error = await ffmpeg.ended;
    clearInterval(watch);
    signal.removeEventListener('abort', onAbort);
    return error;
  }

  #start(feed: Feed): Ffmpeg {
    const { target, bitrate, ffmpeg: program, onComplaint } = this.#options;
    const movie = readMovie(requiredBox(feed.init, 'moov'));
    const hidden = hiddenFile(target.hidden.map(([name, value]) => `${name}=${value}\n`).join(''));
    try {
      const ffmpeg = startFfmpeg({
        program,
        args: pushArguments({ target, movie, bitrate }),
        outputs: 1,
        handed: [hidden.descriptor],
        stdin: Readable.from(feed, { objectMode: false, highWaterMark: 64 * 1024 }),
        onComplaint: (line) => onComplaint(hiding(line, target)),
      });
      const lines = new ProgressLines();
      const copied = movie.tracks.every((track) => isTaken(target.kind, track));
      ffmpeg.outputs[0]?.setEncoding('utf8').on('data', (text: string) => {
        const told = lines.push(text);
        if (told !== undefined) this.#onProgress(told, copied);
      });
      return ffmpeg;
    } finally {
      hidden.close();
    }
  }

  #onProgress(told: RunProgress, copied: boolean): void {
    if (told.bytes > this.#run.bytes) this.#grewAt = performance.now();
    this.#run = told;
    if (this.#isConnected || told.bytes === 0) return;
    this.#isConnected = true;
    this.#connections += 1;
    const { target, onEvent } = this.#options;
    onEvent({ type: 'connected', target: target.shown, connections: this.#connections, copied });
  }

  /** Until an init comes, or the end. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #rest(milliseconds: number): Promise<void> {
    const over = new AbortController();
    this.#wake = () => {
      if (this.#isOver) over.abort();
    };
    await delay(milliseconds, undefined, { signal: over.signal }).catch(() => {});
    this.#wake = undefined;
  }
}
