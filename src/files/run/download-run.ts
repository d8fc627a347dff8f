/** One run of a downloader: records to the receiver, safe offsets to Kafka, in that order and never the other. */
import type { Consumer, FetchedBatch, Kafka, ReadingGap, TopicDescription } from '../../kafka/contract.ts';
import type { Sink } from '../../stores/contract.ts';
import { FetchAgain } from '../receive/fetch-again.ts';
import { Receiver } from '../receive/receiver.ts';
import { standElsewhere } from '../receive/stand-elsewhere.ts';
import { allDone } from '../shared/all-done.ts';
import { DiskRetry } from '../shared/disk-retry.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { DownloadSettings } from '../shared/options.ts';
import type { Progress } from '../shared/progress.ts';
import { retryingSink } from '../shared/retrying-sink.ts';
import { Checkpoints } from './checkpoints.ts';
import { GroupShare } from './group-share.ts';
import { Incomplete } from './incomplete.ts';
import { Losses } from './losses.ts';
import { copiedText, type Look, positionGroup, readingOf, startOffsets, whoseUploads } from './positions.ts';
import { openLocked } from './reread-locked.ts';
import { SafeOffsets } from './safe-offsets.ts';
import { whyMissing } from './why-missing.ts';

/** Milliseconds between two looks for uploads that nobody will ever complete. */
const lookForAbandonedEvery = 3_600_000;

export interface DownloadRunOptions {
  readonly kafka: Kafka;
  readonly sink: Sink;
  readonly settings: DownloadSettings;
  readonly progress: Progress;
  readonly topic: TopicDescription;
  /** What encrypted records are opened with. */
  readonly keyring: Keyring;
  /** Aborted by the user's signal, and by the run itself when it fails. */
  readonly stop: AbortController;
}

export class DownloadRun {
  readonly #options: DownloadRunOptions;
  readonly #sink: Sink;
  readonly #receiver: Receiver;
  readonly #group: string;
  #safe: SafeOffsets;
  readonly #losses: Losses;
  readonly #work = new Set<Promise<void>>();
  /** Batches that are not dealt with yet. */
  readonly #inHand = new Set<Promise<void>>();
  /** Of a group's member. */
  #share: GroupShare | undefined;
  readonly #incomplete: Incomplete;
  /** Where the topic began and ended when uploads were last looked for that nobody will complete. */
  #look: Look | undefined;
  readonly #checkpoints: Checkpoints;
  #failure: unknown;

  constructor(options: DownloadRunOptions) {
    this.#options = options;
    const { kafka, sink, settings, progress, keyring, stop } = options;
    const { onEvent, topic, bufferBytes, overwrite, deletions, unsafeLinks, maxOpen } = settings;
    this.#group = positionGroup(settings.name, sink.id);
    this.#safe = new SafeOffsets(settings.name, { ...options.topic, cluster: '' }, new Map());
    const retry = new DiskRetry({ sink, onEvent, signal: stop.signal });
    this.#sink = retryingSink(sink, retry);
    const ends = () => kafka.offsets(topic, 'latest');
    this.#incomplete = new Incomplete(ends);
    const again = new FetchAgain({ kafka, topic, keyring, bufferBytes, progress, signal: stop.signal });
    this.#receiver = new Receiver({
      sink: this.#sink,
      ...{ topic: options.topic.id, topicName: options.topic.name },
      keyring,
      progress,
      onEvent,
      signal: stop.signal,
      ...{ overwrite, deletions, unsafeLinks, maxOpen, ends },
      // Of memory, for a sink that takes bytes in order alone.
      orderedBytes: 64 * 1024 * 1024,
      whyMissing: (upload) => whyMissing(kafka, topic, this.#safe, upload),
      standElsewhere: (upload) => standElsewhere(kafka, topic, upload),
      isAhead: (...at) => this.#safe.isAhead(...at, settings.once ? this.#look?.ends : undefined),
      fetchAgain: (upload) => again.fetch(upload),
      background: (work) => this.#track(work.catch((error: unknown) => this.#fail(error))),
      onIncomplete: (upload) =>
        void this.#incomplete.note(upload).catch((error: unknown) => this.#fail(error)),
    });
    const [receiver, safe] = [this.#receiver, (): SafeOffsets => this.#safe];
    this.#losses = new Losses({ ...options, receiver, safe });
    this.#checkpoints = new Checkpoints({
      ...{ receiver, safe },
      commit: async (positions) => {
        if (this.#share !== undefined) return this.#share.commit(positions);
        await kafka.commit(this.#group, options.topic.name, positions);
        return true;
      },
      after: async () => {
        await this.#failOverdue();
        await this.#failAbandoned();
        this.#tryHeld();
      },
      fail: (error) => this.#fail(error),
    });
  }

  /** Uploads whose closing record has not come. */
  get open(): number {
    return this.#receiver.openUploads;
  }

  /** Resolves when the ends seen at the start are reached (`once`) or the run was stopped. */
  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      this.#receiver.close();
    }
  }

  async #run(): Promise<void> {
    const { settings, stop } = this.#options;
    const consumer = settings.group === undefined ? await this.#readAll() : await this.#readShare();
    const timer = setInterval(() => this.#checkpoints.begin(), settings.commitInterval);
    const rarely = setInterval(() => {
      this.#lookForAbandoned().catch((error: unknown) => this.#fail(error));
    }, lookForAbandonedEvery);
    try {
      for await (const batch of consumer) await this.#receive(batch);
    } catch (error) {
      this.#fail(error);
    }
    clearInterval(timer);
    clearInterval(rarely);
    await this.#checkpoints.through;
    await Promise.allSettled(this.#work);
    if (settings.once && !stop.signal.aborted) {
      // Of a group, whoever has a partition by now says what it lacks.
      if (this.#share === undefined) await this.#receiver.failMissing(this.#incomplete.uploads());
      await this.#failAbandoned();
      // What some waited for may have been removed.
      await this.#receiver.tryHeld({ isLast: true });
      this.#receiver.nameOpen();
      await Promise.allSettled(this.#work);
    }
    // Also after a failure: what was received is kept.
    await this.#checkpoints.commit().catch((error: unknown) => this.#fail(error));
    // What was found to have vanished only then is being fetched again.
    while (this.#work.size > 0) {
      await Promise.allSettled(this.#work);
      if (!stop.signal.aborted) await this.#checkpoints.commit().catch((error: unknown) => this.#fail(error));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Reads all partitions. */
  async #readAll(): Promise<Consumer> {
    const { kafka, settings, topic, stop } = this.#options;
    const reading = await this.#begin();
    await this.#openLocked();
    const until = settings.once ? this.#look?.ends : undefined;
    const { bufferBytes, aheadBytes, connections } = settings;
    return kafka.consumer({
      topic: topic.name,
      ...reading,
      ...(until === undefined ? {} : { until }),
      ...{ bufferBytes, aheadBytes, connections },
      newPartitions: !settings.once,
      onGap: (gap) => this.#gap(gap),
      onCut: (cut) => this.#losses.cut(cut),
      signal: stop.signal,
    });
  }

  /** Reads what the group gives us. */
  async #readShare(): Promise<Consumer> {
    const { kafka, settings, topic, stop } = this.#options;
    const [sink, { shared }] = [this.#sink, this.#sink];
    if (shared === undefined) throw new TypeError('the sink was not opened for a group');
    const readTopic = { ...topic, cluster: (await kafka.describeCluster()).clusterId };
    this.#safe = new SafeOffsets(shared.group, readTopic, new Map());
    if (sink.isCopy) settings.onEvent({ type: 'warning', message: copiedText(sink.place, topic.name) });
    // What we had begun of them before is ended; which are ours now, the group says.
    await sink.unfinished();
    await this.#lookForAbandoned();
    const share = await GroupShare.open({
      ...{ kafka, sink, shared, settings, topic, readTopic },
      safe: this.#safe,
      receiver: this.#receiver,
      settle: () => this.#settle(),
      alone: (work) => this.#checkpoints.alone(work),
      openLocked: () => this.#openLocked(),
      onCut: (cut) => this.#losses.cut(cut),
      onGap: (gap) => this.#gap(gap),
      signal: stop.signal,
    });
    this.#share = share;
    if (settings.once) this.#track(share.endWhenThrough().catch((error: unknown) => this.#fail(error)));
    return share.consumer;
  }

  #openLocked(): Promise<void> {
    const { stop, ...options } = this.#options;
    return openLocked({ ...options, receiver: this.#receiver, signal: stop.signal });
  }

  /** Resolves when what was handed out is dealt with, and its positions are committed. */
  async #settle(): Promise<void> {
    await Promise.allSettled(this.#inHand);
    await this.#checkpoints.alone(() => this.#checkpoints.commit());
  }

  /** Goes on where an earlier run ended; resolves with where each partition is read from. */
  async #begin(): Promise<ReturnType<typeof readingOf>> {
    const [sink, { kafka, settings }] = [this.#sink, this.#options];
    const cluster = kafka.describeCluster();
    cluster.catch(() => {});
    const { from, cuts, ...look } = await startOffsets(kafka, this.#options.topic, cluster, sink, settings);
    this.#look = look;
    const topic = { ...this.#options.topic, cluster: (await cluster).clusterId };
    this.#safe = new SafeOffsets(settings.name, topic, from);
    for (const cut of cuts) this.#losses.cut(cut);
    if (sink.isCopy) settings.onEvent({ type: 'warning', message: copiedText(sink.place, topic.name) });
    const { own, gone } = whoseUploads(await sink.unfinished(), topic, await sink.positions());
    await this.#receiver.failGone(gone);
    this.#receiver.restore(own);
    // A run that is killed before it has committed anything does not choose anew where it begins: that the sink has it is enough for that.
    const commit = await this.#checkpoints.makeDurable();
    this.#checkpoints.hold(commit());
    return readingOf(from);
  }

  async #receive(batch: FetchedBatch): Promise<void> {
    // With `once`, what came later is no member's to read.
    const end = this.#share?.ends?.get(batch.partition) ?? Number.POSITIVE_INFINITY;
    const done = this.#safe.begin(batch, end);
    const begun: Promise<void>[] = [];
    try {
      for (const record of batch.records) {
        if (record.offset >= end) break;
        this.#checkpoints.received(record.value?.length ?? 0);
        const { finished } = await this.#receiver.admit(batch.partition, record);
        // Looked at below: until then a failure is not to count as one that nobody handles.
        finished.catch(() => {});
        begun.push(finished);
      }
    } catch (error) {
      begun.push(Promise.reject(error));
    }
    const work = allDone(begun).then(done, (error: unknown) => this.#fail(error));
    this.#inHand.add(work);
    this.#track(
      work.finally(() => {
        this.#inHand.delete(work);
        batch.release();
      }),
    );
    await this.#checkpoints.afterMuch();
  }

  async #failOverdue(): Promise<void> {
    await this.#receiver.failMissing(this.#incomplete.takePast((ends) => this.#isPast(ends)));
  }

  /** Beside the run: what has lain long is read back. */
  #tryHeld(): void {
    if (this.#options.settings.once) return;
    this.#track(this.#receiver.tryHeld().catch((error: unknown) => this.#fail(error)));
  }

  async #lookForAbandoned(): Promise<void> {
    const { kafka, topic } = this.#options;
    const earliest = await kafka.offsets(topic.name, 'earliest');
    this.#look = { earliest, ends: await kafka.offsets(topic.name, 'latest') };
  }

  /** Only what was read to the end that the topic had then can be known to have had no more records of an upload. */
  async #failAbandoned(): Promise<void> {
    const look = this.#look;
    if (look === undefined || this.#options.stop.signal.aborted || !this.#isPast(look.ends)) return;
    this.#look = undefined;
    await this.#receiver.failAbandoned(look.earliest);
  }

  /** Of a group, only the partitions of this member count: all records of an upload stand in one of them. */
  #isPast(ends: ReadonlyMap<number, number>): boolean {
    const own = this.#share?.own(ends) ?? ends;
    return own.size > 0 && this.#safe.isPast(own);
  }

  #gap(gap: ReadingGap): void {
    this.#track(this.#losses.gap(gap).catch((error: unknown) => this.#fail(error)));
  }

  /** The run does not end before this work does. */
  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#options.stop.abort();
  }
}
