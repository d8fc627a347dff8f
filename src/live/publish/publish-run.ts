/** One publisher at work: claims its stream, runs the encoder again and again, numbers what comes, and ends in good order. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import { type Kafka, KafkaError } from '../../kafka/contract.ts';
import type { Targets } from '../../records/live-record.ts';
import { openTracing } from '../../tracing/trace.ts';
import { type LiveTopics, openLiveTopics } from '../topics.ts';
import { FencedError, type StandingClaim } from './claim.ts';
import { ClaimsTopic } from './claims-topic.ts';
import { EncoderRuns } from './encoder-runs.ts';
import { type ClaimedState, freeClaim, HeldClaim } from './held-claim.ts';
import { type PublishSummary, type StreamOptions, type StreamSettings, streamSettings } from './options.ts';
import { reportProgress } from './progress.ts';
import { partitionOf, type Recovered, recover } from './recover.ts';
import type { MediaSource } from './source.ts';
import { StreamWriter } from './stream-writer.ts';

/** Milliseconds that an interrupted run waits for Kafka. */
const grace = 10_000;

/**
 * Publishes a source through a client. Resolves when the source has ended or `signal` has come, and everything is acknowledged.
 * The client is closed only when an interrupted run cannot end otherwise. Throws ConfigurationError for a name that is none.
 */
export async function publishFrom(
  kafka: Kafka,
  source: MediaSource,
  options: StreamOptions,
): Promise<PublishSummary> {
  return new PublishRun(kafka, source, streamSettings(options)).run();
}

class PublishRun {
  readonly #kafka: Kafka;
  readonly #source: MediaSource;
  readonly #settings: StreamSettings;
  /** Aborted by the user's signal, and by whatever makes going on impossible. */
  readonly #stop = new AbortController();
  readonly #began = performance.now();
  #failure: unknown;
  /** The stream is claimed, or about to be: an end has to be said on the topics. */
  #isClaimed = false;
  #writer: StreamWriter | undefined;
  #runs: EncoderRuns | undefined;

  constructor(kafka: Kafka, source: MediaSource, settings: StreamSettings) {
    this.#kafka = kafka;
    this.#source = source;
    this.#settings = settings;
  }

  async run(): Promise<PublishSummary> {
    const { signal } = this.#settings;
    let forced: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      this.#stop.abort();
      // Before the stream was claimed, nothing is to be brought to an end.
      forced = setTimeout(() => void this.#kafka.close(), this.#isClaimed ? grace : grace / 10);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const warn = (message: string): void => this.#settings.onEvent({ type: 'warning', message });
    const traces = await openTracing(warn);
    try {
      await this.#publish();
    } catch (error) {
      const cutOff = error instanceof KafkaError && error.kind === 'closed';
      if (!(signal?.aborted === true && cutOff)) throw this.#failure ?? error;
      this.#tellCutOff();
    } finally {
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(forced);
      await traces?.flush();
    }
    return this.#summary();
  }

  async #publish(): Promise<void> {
    const { stream, takeover, streamKey: key, leaseDuration: lasts, onEvent } = this.#settings;
    const topics = await openLiveTopics(this.#kafka, this.#settings.topic, this.#settings);
    const topic = new ClaimsTopic(this.#kafka, topics.streams, stream);
    let isAwaited = false;
    const waiting = (message: string): void => {
      isAwaited = true;
      onEvent({ type: 'waiting', on: 'source', message });
    };
    const common = { stream, topic, takeover, key, waiting, signal: this.#stop.signal, lasts };
    const { before, end } = await freeClaim(common);
    if (this.#stop.signal.aborted) return;
    const goesOn = before?.state === 'live' && sameTargets(before.targets, this.#source.targets);
    this.#isClaimed = true;
    const held = await HeldClaim.take({
      ...common,
      before,
      end,
      base: {
        partition: partitionOf(topics, stream, before),
        began: goesOn ? before.began : Date.now(),
        targets: this.#source.targets,
      },
      state: () => this.#writer?.standing ?? claimedState(before),
      lost: (error) => this.#fail(error),
    });
    if (isAwaited) onEvent({ type: 'resumed', on: 'source', message: `stream "${stream}" is free` });
    try {
      const recovered = await recover({ kafka: this.#kafka, topics, stream, before });
      if (held.epoch <= recovered.epoch) await held.raise(recovered.epoch + 1);
      const isOpen = before?.state === 'live' && recovered.media > 0;
      await this.#publishBehind(held, topics, recovered, { before, isOpen, goesOn });
    } catch (error) {
      if (!(this.#failure instanceof FencedError)) await this.#giveBack(held);
      throw error;
    } finally {
      held.abandon();
    }
  }

  /** Goes on where an earlier publisher stopped. */
  async #publishBehind(
    held: HeldClaim,
    topics: LiveTopics,
    recovered: Recovered,
    programme: {
      readonly before: StandingClaim | undefined;
      readonly isOpen: boolean;
      readonly goesOn: boolean;
    },
  ): Promise<void> {
    const { stream, spoolBytes, onEvent } = this.#settings;
    const { partition, indexPartition, media, discontinuities, end } = recovered;
    const writer = new StreamWriter({
      stream,
      producer: this.#kafka.producer(),
      media: { topic: topics.media.name, partition },
      index: { topic: topics.index.name, partition: indexPartition },
      spoolBytes,
      before: { media, discontinuities, offset: end },
      confirm: () => held.confirm(),
      failed: (error) => this.#fail(error),
      onEvent,
    });
    this.#writer = writer;
    writer.restore(recovered.unindexed, claimedState(programme.before));
    const runs = new EncoderRuns({
      source: this.#source,
      stream,
      claim: held,
      writer,
      start: recovered,
      isOpen: programme.isOpen,
      signal: this.#stop.signal,
      onEvent,
    });
    this.#runs = runs;
    // Players rely on its targets: what has others is another programme.
    if (!programme.goesOn) await runs.endProgramme();
    this.#tellStart(partition, held.epoch, media);
    const endProgress = reportProgress({ stream, writer, runs, began: this.#began, onEvent });
    let state: 'live' | 'ended';
    try {
      await runs.run();
      this.#throwFailure();
      const keepLive = this.#staysLive();
      if (!keepLive) await runs.endProgramme();
      await writer.drained();
      state = keepLive ? 'live' : 'ended';
      await held.release(state);
    } finally {
      endProgress();
    }
    onEvent({ type: 'ended', state, media: runs.position.media });
  }

  #staysLive(): boolean {
    const { keepLive, signal } = this.#settings;
    return keepLive === 'interrupted' ? signal?.aborted === true : keepLive;
  }

  /** After a failure of the source: what is there is still sent, and whoever comes next need not wait. */
  async #giveBack(held: HeldClaim): Promise<void> {
    const given = (async () => {
      await this.#writer?.drained().catch(() => {});
      await held.release(this.#runs?.isOpen === true ? 'live' : 'ended');
    })();
    const enough = new AbortController();
    const late = delay(grace, undefined, { signal: enough.signal });
    // The failure itself is what is told.
    await Promise.race([given, late]).catch(() => {});
    enough.abort();
    await Promise.allSettled([late]);
  }

  #tellStart(partition: number, epoch: number, media: number): void {
    const { stream, topic, onEvent } = this.#settings;
    const { renditions, targets, notes = [] } = this.#source;
    const seconds = { part: targets.part / 1e6, segment: targets.segment / 1e6 };
    onEvent({ type: 'started', stream, topic, partition, epoch, media, renditions, targets: seconds });
    for (const message of notes) onEvent({ type: 'warning', message });
  }

  #tellCutOff(): void {
    if (!this.#isClaimed) return;
    const left = this.#writer === undefined ? 0 : this.#writer.spooled + this.#writer.inFlight;
    const bytes = left === 0 ? '' : `${left} bytes were not acknowledged, and `;
    const message = `Kafka did not answer within ${grace / 1000} s: ${bytes}the end of the programme is not on the topic; a publisher that begins goes on with it`;
    this.#settings.onEvent({ type: 'warning', message });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    if (error instanceof FencedError)
      this.#settings.onEvent({ type: 'fenced', message: describeError(error) });
    this.#stop.abort();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #summary(): PublishSummary {
    const counts = this.#writer?.counts ?? { parts: 0, bytes: 0, segments: 0, gaps: 0 };
    return {
      stream: this.#settings.stream,
      ...counts,
      restarts: this.#runs?.restarts ?? 0,
      seconds: (performance.now() - this.#began) / 1000,
      interrupted: this.#settings.signal?.aborted ?? false,
    };
  }
}

function sameTargets(one: Targets, other: Targets): boolean {
  return one.part === other.part && one.segment === other.segment;
}

function claimedState(claim: StandingClaim | undefined): ClaimedState {
  const { media = 0, discontinuities = 0, offset = 0 } = claim ?? {};
  return { media, discontinuities, offset };
}
