/** Pushes a stream to other platforms: the library's face of it. */
import { ConfigurationError } from '../../errors.ts';
import { withFigures } from '../../figures/with-figures.ts';
import { statusEvents } from '../../files/run/status.ts';
import { createKafka } from '../../kafka/client.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { type Logger, silentLogger } from '../../log.ts';
import { sameInit } from '../mp4/same-init.ts';
import type { Step } from '../play/continuity.ts';
import { cutMessage } from '../play/play.ts';
import { readStream } from '../play/read-stream.ts';
import {
  type PushEvent,
  type PushFromOptions,
  type PushOptions,
  type PushSummary,
  pushDefaults,
} from './options.ts';
import { Pusher } from './pusher.ts';
import { parseTarget, withNames } from './target.ts';

/**
 * Sends a stream to other platforms from its newest keyframe on, until the programme ends or by `signal`. Each target is one FFmpeg, which copies what the target takes
 * and encodes the rest; a target that fails is tried again without end, and goes on with what is live then. Times go on over gaps and restarts of the publisher.
 *
 * Throws ConfigurationError (names, addresses, no such rendition, no FFmpeg; with `once`: no such stream), UnreachableError (past `giveUpAfter`) or KafkaError.
 */
export async function push(options: PushOptions): Promise<PushSummary> {
  const open = async () => new (await import('./figures.ts')).PushFigures(options.stream);
  return withFigures(options, open, pushCounted);
}

/** Whoever counts has its events. */
async function pushCounted(options: PushOptions): Promise<PushSummary> {
  const { kafka: properties, giveUpAfter, logger = silentLogger, onEvent = () => {}, signal } = options;
  const kafka = createKafka({
    properties,
    clientId: `sluice-push-${options.stream}`,
    logger,
    onStatus: statusEvents(onEvent),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
    // Whoever only reads has nothing to finish there.
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await pushFrom(kafka, options, logger);
  } finally {
    await kafka.close();
  }
}

/** Milliseconds between two events of progress. */
const tellEvery = 1000;

/** The same through any client; it stays open. */
export async function pushFrom(
  kafka: Kafka,
  options: PushFromOptions,
  logger: Logger = silentLogger,
): Promise<PushSummary> {
  const { stream, to, onEvent = () => {}, signal: asked = new AbortController().signal } = options;
  const { to: _, ...settings } = { ...pushDefaults, ...options };
  const targets = withNames(to.map(parseTarget));
  if (targets.length === 0)
    throw new ConfigurationError('there is no address to push to: give --to or --to-file');
  const failed = new AbortController();
  const signal = AbortSignal.any([asked, failed.signal]);
  const { bitrate, stallAfter, ffmpeg } = settings;
  const pushers = targets.map((target) => {
    const onComplaint = (line: string): void => logger.debug(`FFmpeg, ${target.shown}: ${line}`);
    return new Pusher({ target, bitrate, stallAfter, ffmpeg, signal, onEvent, onComplaint });
  });
  const running = pushers.map(async (pusher) => {
    try {
      await pusher.run();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  const ended = Promise.allSettled(running);
  const state = () => pushers.map((pusher) => pusher.state);
  const progress = setInterval(() => onEvent({ type: 'progress', targets: state() }), tellEvery);
  const told = new Teller(stream, onEvent);
  const end = (): void => {
    for (const pusher of pushers) pusher.end();
  };
  // Whoever rests between two attempts, or waits for a keyframe, is not to wait any longer.
  signal.addEventListener('abort', end);
  try {
    for await (const step of readStream(kafka, { ...settings, signal, onEvent, atSegments: false })) {
      told.take(step);
      for (const pusher of pushers) pusher.take(step);
    }
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    end();
    await ended;
    clearInterval(progress);
    signal.removeEventListener('abort', end);
  }
  await Promise.all(running);
  return { stream, targets: state(), gaps: told.gaps, interrupted: asked.aborted };
}

/** What is told of the stream itself. */
class Teller {
  readonly #stream: string;
  readonly #onEvent: (event: PushEvent) => void;
  #init: Buffer | undefined;
  gaps = 0;

  constructor(stream: string, onEvent: (event: PushEvent) => void) {
    this.#stream = stream;
    this.#onEvent = onEvent;
  }

  take(step: Step): void {
    if (step.type === 'gap') {
      const { media, duration, timescale } = step.record;
      this.gaps += 1;
      this.#onEvent({ type: 'gap', media, duration: duration / timescale });
    }
    if (step.type !== 'begin') return;
    const { init, record, lost } = step;
    const before = this.#init;
    this.#init = init;
    if (before === undefined) return;
    const { epoch, media } = record;
    const changed = !sameInit(before, init);
    this.#onEvent({ type: 'cut', epoch, media, changed, message: cutMessage(this.#stream, changed, lost) });
  }
}
