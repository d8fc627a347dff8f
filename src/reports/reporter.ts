/**
 * Writes what a run tells of itself where somebody wants to know it: where the topic of reports exists. It holds up nothing: it begins a
 * second after the run, one record at a time is under way, and whatever fails is tried again later, without a word but in the log's details.
 */
import { describeError } from '../errors.ts';
import { type Kafka, KafkaError, type Producer } from '../kafka/contract.ts';
import { type Logger, silentLogger } from '../log.ts';
import { hostName } from '../machine.ts';
import { encodeReport, type Report, type ReportKey } from '../records/report-record.ts';
import { statePartition } from '../records/state-record.ts';
import { version } from '../version.ts';
import { reportsTopicOf } from './topic.ts';

/** What a run tells; what is the same in all runs is added. */
export type Told = Omit<Report, 'name' | 'state' | 'version' | 'host' | 'pid' | 'started' | 'lasts'>;

/** Milliseconds. */
export interface ReportTimes {
  /** From the start of a run to its first report: a run that is over sooner is not to wait for it. */
  readonly first: number;
  /** Between two reports of what changes. */
  readonly every: number;
  /** Between two reports of what does not. */
  readonly beat: number;
  /** Between two looks for the topic. */
  readonly look: number;
  /** That the end of a run waits for its last report. */
  readonly farewell: number;
}

export const reportTimes: ReportTimes = {
  first: 1000,
  every: 10_000,
  beat: 30_000,
  look: 60_000,
  farewell: 1000,
};

/** A run is taken for gone after so many beats without one. */
const missedBeats = 4;
/** Bytes of reports that may wait: one does. */
const bufferBytes = 1024 * 1024;

export interface ReporterOptions {
  readonly kafka: Kafka;
  /** Of files or of live video. */
  readonly topic: string;
  readonly key: ReportKey;
  readonly tell: () => Told;
  readonly logger?: Logger | undefined;
  /** At its good end it is forgotten: nobody comes under this key again. */
  readonly isForgotten?: boolean;
  readonly times?: Partial<ReportTimes>;
}

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #times: ReportTimes;
  readonly #started = Date.now();
  #timer: NodeJS.Timeout | undefined;
  /** Partitions of the topic; 0: it is not known to be there. */
  #partitions = 0;
  #producer: Producer | undefined;
  #said = '';
  #saidAt = Number.NEGATIVE_INFINITY;
  #isOver = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#times = { ...reportTimes, ...options.times };
    this.#after(this.#times.first);
  }

  /** It writes no more. Whoever was told nothing else takes the run for gone after a while. Idempotent. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** The run has ended in good order: its last report is waited for, for a moment, where others stand already. Never rejects. */
  async end(): Promise<void> {
    this.stop();
    const producer = this.#producer;
    // Nobody was told of it.
    if (producer === undefined) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, this.#times.farewell);
    try {
      const last = this.#options.isForgotten ? null : this.#report('ended');
      // Behind the one that may be under way: of one producer, in one partition.
      await Promise.race([this.#append(producer, last), late.promise]);
    } catch (error) {
      this.#failed(error);
    } finally {
      clearTimeout(timer);
    }
    producer.close().catch(() => {});
  }

  #after(pause: number): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#step().then((next) => this.#after(next)), pause);
    // Reports are no reason to go on.
    this.#timer.unref();
  }

  /** Milliseconds until the next one. */
  async #step(): Promise<number> {
    const { kafka, topic } = this.#options;
    try {
      if (this.#partitions === 0) {
        this.#partitions = (await kafka.describeTopic(reportsTopicOf(topic)))?.partitions ?? 0;
        if (this.#partitions === 0) return this.#times.look;
      }
      if (!this.#isOver) await this.#write();
      return this.#times.every;
    } catch (error) {
      this.#failed(error);
      this.#partitions = 0;
      this.#producer?.close().catch(() => {});
      this.#producer = undefined;
      return this.#times.look;
    }
  }

  async #write(): Promise<void> {
    const report = this.#report('running');
    const text = JSON.stringify(report);
    const now = performance.now();
    if (text === this.#said && now - this.#saidAt < this.#times.beat) return;
    this.#producer ??= this.#options.kafka.producer({ bufferBytes });
    await this.#append(this.#producer, report);
    [this.#said, this.#saidAt] = [text, now];
  }

  async #append(producer: Producer, report: Report | null): Promise<void> {
    const { topic, key } = this.#options;
    const record = encodeReport(key, report);
    const partition = statePartition(key.name, this.#partitions);
    await producer.append(reportsTopicOf(topic), partition, record);
  }

  #report(state: Report['state']): Report {
    const { key, tell } = this.#options;
    const host = hostName();
    const who = { name: key.name, state, version, ...(host === undefined ? {} : { host }), pid: process.pid };
    const { waiting, ...told } = tell();
    return {
      ...who,
      started: this.#started,
      lasts: missedBeats * this.#times.beat,
      ...(state === 'running' && waiting !== undefined ? { waiting } : {}),
      ...told,
    };
  }

  #failed(error: unknown): void {
    const { topic, logger = silentLogger } = this.#options;
    const facts = { topic: reportsTopicOf(topic), reason: describeError(error) };
    const isAllowed = !(error instanceof KafkaError) || error.kind !== 'unauthorized';
    logger.debug(facts, isAllowed ? 'a report could not be written' : 'reports may not be written');
  }
}
