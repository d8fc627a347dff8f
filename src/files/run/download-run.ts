/** One run of a downloader: records to the receiver, safe offsets to Kafka, in that order and never the other. */
import { crashPoint } from '../../crash-points.ts';
import type { FetchedBatch, Kafka, ReadingGap, TopicDescription } from '../../kafka/contract.ts';
import type { Sink } from '../../stores/contract.ts';
import { FetchAgain } from '../receive/fetch-again.ts';
import { Receiver } from '../receive/receiver.ts';
import { allDone } from '../shared/all-done.ts';
import { DiskRetry } from '../shared/disk-retry.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { DownloadSettings } from '../shared/options.ts';
import type { Progress } from '../shared/progress.ts';
import { retryingSink } from '../shared/retrying-sink.ts';
import { stateTopicOf } from '../shared/topics.ts';
import { Incomplete } from './incomplete.ts';
import { type Cut, lostByCut, lostInGap, nameLosses } from './name-losses.ts';
import { copiedText, type Look, positionGroup, readingOf, startOffsets, whoseUploads } from './positions.ts';
import { openLocked } from './reread-locked.ts';
import { SafeOffsets } from './safe-offsets.ts';
import { whyMissing } from './why-missing.ts';

/** Bytes after which positions are committed without waiting for the interval: what is fetched again after a kill. */
const commitEvery = 8 * 1024 * 1024;
/** Bytes that may be received and not committed: beyond, a slow disk slows the reading down, so that a kill costs no more. */
const uncommittedLimit = 24 * 1024 * 1024;

/** Bytes of memory for a sink that takes bytes in order alone. */
const orderedBytes = 64 * 1024 * 1024;

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
  readonly #work = new Set<Promise<void>>();
  readonly #incomplete: Incomplete;
  /** Where the topic began and ended when uploads were last looked for that nobody will complete: past its end, none had more. */
  #look: Look | undefined;
  #checkpoint: Promise<void> = Promise.resolve();
  #checkpointing = false;
  /** Bytes received since the newest commit began, and since the newest one that is through began. */
  #bytesSince = 0;
  #uncommitted = 0;
  #failure: unknown;

  constructor(options: DownloadRunOptions) {
    this.#options = options;
    const { kafka, sink, settings, progress, keyring, stop } = options;
    const { onEvent, topic, bufferBytes } = settings;
    this.#group = positionGroup(settings.name, sink.id);
    this.#safe = new SafeOffsets(settings.name, { ...options.topic, cluster: '' }, new Map());
    const retry = new DiskRetry({ sink, onEvent, signal: stop.signal });
    this.#sink = retryingSink(sink, retry);
    this.#incomplete = new Incomplete(() => kafka.offsets(options.topic.name, 'latest'));
    const again = new FetchAgain({ kafka, topic, keyring, bufferBytes, progress, signal: stop.signal });
    this.#receiver = new Receiver({
      sink: this.#sink,
      topic: options.topic.id,
      keyring,
      progress,
      onEvent,
      signal: stop.signal,
      maxOpen: settings.maxOpen,
      orderedBytes,
      whyMissing: (upload) => whyMissing(kafka, options.topic.name, this.#safe, upload),
      fetchAgain: (upload) => again.fetch(upload),
      background: (work) => this.#track(work.catch((error: unknown) => this.#fail(error))),
      onIncomplete: (upload) =>
        void this.#incomplete.note(upload).catch((error: unknown) => this.#fail(error)),
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
    const { kafka, settings, topic, stop } = this.#options;
    const reading = await this.#begin();
    const { keyring } = this.#options;
    await openLocked({ kafka, settings, topic, keyring, receiver: this.#receiver, signal: stop.signal });
    const until = settings.once ? this.#look?.ends : undefined;
    const { bufferBytes, aheadBytes, connections } = settings;
    const consumer = kafka.consumer({
      topic: topic.name,
      ...reading,
      ...(until === undefined ? {} : { until }),
      ...{ bufferBytes, aheadBytes, connections },
      newPartitions: !settings.once,
      onGap: (gap) => this.#gap(gap),
      onCut: (cut) => this.#cut(cut),
      signal: stop.signal,
    });
    const timer = setInterval(() => this.#beginCheckpoint(), settings.commitInterval);
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
    await this.#checkpoint;
    await Promise.allSettled(this.#work);
    if (settings.once && !stop.signal.aborted) {
      await this.#receiver.failMissing(this.#incomplete.uploads());
      await this.#failAbandoned();
      this.#receiver.nameOpen();
      await Promise.allSettled(this.#work);
    }
    // Also after a failure: what was received is kept.
    await this.#commitSafe().catch((error: unknown) => this.#fail(error));
    // What was found to have vanished only then is being fetched again.
    while (this.#work.size > 0) {
      await Promise.allSettled(this.#work);
      if (!stop.signal.aborted) await this.#commitSafe().catch((error: unknown) => this.#fail(error));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Goes on where an earlier run ended; resolves with where each partition is read from. */
  async #begin(): Promise<ReturnType<typeof readingOf>> {
    const { kafka, settings } = this.#options;
    const sink = this.#sink;
    const cluster = kafka.describeCluster();
    cluster.catch(() => {});
    const { from, cuts, ...look } = await startOffsets(kafka, this.#options.topic, cluster, sink, settings);
    this.#look = look;
    const topic = { ...this.#options.topic, cluster: (await cluster).clusterId };
    this.#safe = new SafeOffsets(settings.name, topic, from);
    for (const cut of cuts) this.#cut(cut);
    if (sink.isCopy) settings.onEvent({ type: 'warning', message: copiedText(sink.place, topic.name) });
    const { own, gone } = whoseUploads(await sink.unfinished(), topic, await sink.positions());
    await this.#receiver.failGone(gone);
    this.#receiver.restore(own);
    // Where reading begins holds from now on: a run that is killed before it has committed anything does not choose anew. That the
    // sink has it is enough for that.
    const commit = await this.#makeDurable();
    this.#holdCheckpoint(commit());
    return readingOf(from);
  }

  async #receive(batch: FetchedBatch): Promise<void> {
    const done = this.#safe.begin(batch);
    const begun: Promise<void>[] = [];
    try {
      for (const record of batch.records) {
        const bytes = record.value?.length ?? 0;
        this.#bytesSince += bytes;
        this.#uncommitted += bytes;
        const { finished } = await this.#receiver.admit(batch.partition, record);
        // Looked at below: until then a failure is not to count as one that nobody handles.
        finished.catch(() => {});
        begun.push(finished);
      }
    } catch (error) {
      begun.push(Promise.reject(error));
    }
    const work = allDone(begun).then(done, (error: unknown) => this.#fail(error));
    this.#track(work.finally(() => batch.release()));
    if (this.#bytesSince >= commitEvery) this.#beginCheckpoint();
    if (this.#uncommitted >= uncommittedLimit) await this.#checkpoint;
  }

  /** One at a time; a slow disk or cluster makes them rarer, not more. */
  #beginCheckpoint(): void {
    if (this.#checkpointing) return;
    const before = this.#uncommitted;
    this.#bytesSince = 0;
    const committed = this.#commitSafe().then(() => {
      this.#uncommitted -= before;
      return this.#failOverdue();
    });
    this.#holdCheckpoint(committed.then(() => this.#failAbandoned()).then(() => this.#tryHeld()));
  }

  /** No other one begins before this one is through. */
  #holdCheckpoint(checkpoint: Promise<void>): void {
    this.#checkpointing = true;
    this.#checkpoint = checkpoint
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#checkpointing = false;
      });
  }

  /** Safe offsets first, then what makes them safe, then the commit: a position never passes what is not durable. */
  async #commitSafe(): Promise<void> {
    const commit = await this.#makeDurable();
    await commit();
  }

  /** Resolves with what commits the positions that were safe. */
  async #makeDurable(): Promise<() => Promise<void>> {
    const { kafka, topic } = this.#options;
    const taken = this.#safe.take();
    await this.#receiver.checkpoint(taken.forSink);
    this.#safe.remembered(taken);
    return async () => {
      if (taken.forKafka.size === 0) return;
      crashPoint('positions:before-commit');
      await kafka.commit(this.#group, topic.name, taken.forKafka);
      crashPoint('positions:after-commit');
      this.#safe.committed(taken);
    };
  }

  async #failOverdue(): Promise<void> {
    await this.#receiver.failMissing(this.#incomplete.takePast((ends) => this.#safe.isPast(ends)));
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
    if (look === undefined || this.#options.stop.signal.aborted || !this.#safe.isPast(look.ends)) return;
    this.#look = undefined;
    await this.#receiver.failAbandoned(look.earliest);
  }

  #gap(gap: ReadingGap): void {
    const { kafka, settings, topic, progress } = this.#options;
    const lost = lostInGap(topic.name, gap);
    const isRemoved = gap.unreadable === undefined;
    const mend = isRemoved ? 'raise retention.ms, or send them again' : 'send them again';
    const message = `${lost}: files with bytes there cannot be recovered from this topic; ${mend}`;
    settings.onEvent({ type: 'warning', message });
    const more = `${lost}: ${stateTopicOf(topic.name)} does not tell of all that was sent there, so that more files may be lost by it than are named`;
    const skipped = this.#safe.skip(gap.partition, gap.earliest);
    const named = nameLosses(kafka, topic, gap, this.#receiver, this.#options.keyring).then((isAll) => {
      skipped();
      if (isAll && isRemoved) return;
      progress.filesFailed++;
      settings.onEvent({ type: 'lost', message: isAll ? lost : more });
    });
    this.#track(named.catch((error: unknown) => this.#fail(error)));
  }

  /** What of the records that are gone nobody had read yet, nobody can name. */
  #cut(cut: Cut): void {
    const { settings, topic, progress } = this.#options;
    progress.filesFailed++;
    settings.onEvent({ type: 'lost', message: lostByCut(topic.name, cut) });
    this.#safe.cut(cut.partition, cut.at);
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
