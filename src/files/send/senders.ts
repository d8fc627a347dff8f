/** The workers of an uploader: several for large files, one that fills packs with small ones. */
import { type Kafka, KafkaError } from '../../kafka/contract.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { fileBegins, fileEnds, fileFound } from '../../tracing/of-files.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import type { UploadEvent } from '../shared/events.ts';
import { usualMaxMessageBytes } from '../shared/topics.ts';
import { standingRecords } from '../state/standing-records.ts';
import { abortUpload } from './abort-upload.ts';
import { isTooLarge, recordLimit } from './chunk-size.ts';
import { compareFile } from './compare-file.ts';
import { type Job, type JobLine, JobLines } from './job-lines.ts';
import { PackBuilder, packBytes } from './pack-files.ts';
import type { Precedence } from './precedence.ts';
import type { Queue } from './queue.ts';
import { isRefused } from './said-size.ts';
import { type SendAnyOptions, sendAny } from './send-any.ts';
import type { SendContext } from './send-context.ts';

/** Jobs that wait or are under way before no more are asked for: each costs half a kilobyte, and more in a pack. */
const smallLimit = 10_000;
const largeLimit = 50_000;
/** Copies that wait to be acknowledged. */
const lateLimit = 500;

export interface SendersOptions extends SendAnyOptions {
  readonly kafka: Kafka;
  readonly context: SendContext;
  readonly parallel: number;
  readonly precedence: Precedence;
  readonly onEvent: (event: UploadEvent) => void;
  /** All of the file is on the topic, as it looks here: it needs no more attention. */
  readonly sent: (file: SourceFile) => void;
  /** The file as it is cannot be sent, however often it is tried. */
  readonly refused: (file: SourceFile, reason: string) => void;
  /** The file was not sent; the owner decides whether it is tried again. */
  readonly failed: (path: string, reason: string) => void;
  /** To be sent anew at once: nothing is wrong with the file. */
  readonly again: (path: string, reason: string) => void;
}

export class Senders {
  readonly #options: SendersOptions;
  readonly #context: SendContext;
  readonly #waiting: JobLines;
  /** Pushed and not dealt with. */
  readonly #jobs = { large: 0, small: 0 };
  /** What waits to be acknowledged, beside the workers; and what is wrong with that. */
  readonly #late = new Set<Promise<void>>();
  readonly #broken = Promise.withResolvers<never>();

  constructor(options: SendersOptions) {
    this.#options = options;
    this.#broken.promise.catch(() => {});
    this.#context = options.context;
    this.#waiting = new JobLines(options.precedence, this.#context.options.partitions);
  }

  /** False while there are enough jobs. Many small files go at once, and are not to wait behind as many large ones. */
  get hasRoom(): boolean {
    return this.#jobs.small < smallLimit && this.#jobs.large < largeLimit;
  }

  push(job: Job, size: 'large' | 'small'): void {
    fileFound(job.file, this.#context.options.uploader, this.#context.options.topic);
    this.#jobs[size]++;
    this.#waiting.push(job, size);
  }

  /** Another order from now on, of those that wait too. */
  reorder(precedence: Precedence): void {
    this.#waiting.reorder(precedence);
  }

  /** No more jobs come. With `drop`, only what is under way is finished. */
  close(options: { drop: boolean }): void {
    this.#waiting.close(options);
  }

  /** Resolves when all jobs are done and the queues are closed; rejects with what ends the whole run. */
  async run(): Promise<void> {
    const { usual, urgent } = this.#waiting;
    const hasty = this.#context.urgent();
    const workers = Array.from({ length: this.#options.parallel }, () =>
      this.#sendLarge(usual, this.#context),
    );
    const others = [
      this.#sendSmall(usual, this.#context),
      this.#sendLarge(urgent, hasty),
      this.#sendSmall(urgent, hasty),
    ];
    await Promise.race([Promise.all([...workers, ...others]), this.#broken.promise]);
    while (this.#late.size > 0) await Promise.race([Promise.all(this.#late), this.#broken.promise]);
  }

  async #sendLarge({ large }: JobLine, context: SendContext): Promise<void> {
    for (let job = await large.take(); job !== undefined; job = await large.take()) {
      fileBegins(job.file);
      this.#jobs.large--;
      const { promise: isLate, resolve: late } = Promise.withResolvers<void>();
      const work = this.#guard([job], () => this.#sendOne(job as Job, context, late));
      await Promise.race([work, isLate.then(() => this.#lateRoom(work))]);
    }
  }

  /** What only waits to be acknowledged keeps no worker; it is one of many, where a folder has another name. */
  async #lateRoom(work: Promise<void>): Promise<void> {
    const late = work.catch((error: unknown) => this.#broken.reject(error));
    this.#late.add(late);
    late.finally(() => this.#late.delete(late));
    while (this.#late.size > lateLimit) await Promise.race(this.#late);
  }

  /** `late` is called when nothing is left to do but to wait for Kafka. */
  async #sendOne({ file, decision }: Job, context: SendContext, late: () => void): Promise<void> {
    const { sent, failed, refused, onEvent } = this.#options;
    const { progress, uploader } = this.#context.options;
    // Empty files need no buffer to read into, but are remembered as all others are.
    await this.#context.options.state.behind.drained();
    const started = performance.now();
    if (decision.action === 'compare') {
      const found = await compareFile(this.#context, file, decision.sent);
      if (found === 'stopped') return;
      if (found === 'same') return sent(file);
    }
    let resume = decision.action === 'resume' ? decision.from : undefined;
    const former = decision.action === 'send' ? decision.abort : undefined;
    if (former !== undefined) {
      await this.#abort(
        { uploader, path: file.path, upload: former.upload },
        former.partition,
        'the file changed before it was sent',
      );
    }
    const { kafka } = this.#options;
    if (resume !== undefined && !(await standingRecords(kafka, this.#context.options.topic))(resume)) {
      await this.#abort(
        { uploader, path: file.path, upload: resume.upload },
        resume.partition,
        'records of it are gone from the topic',
      );
      resume = undefined;
    }
    const result = await sendAny(this.#options, context, file, resume, late);
    if (result.outcome === 'stopped') return;
    fileEnds(file, 'reason' in result ? result.reason : undefined);
    if (result.outcome === 'lost') return refused(file, result.reason);
    if (result.outcome === 'changed') return failed(file.path, result.reason);
    progress.filesDone++;
    progress.bytesDone += file.size;
    const { outcome: _, ...facts } = result;
    const seconds = (performance.now() - started) / 1000;
    onEvent({ type: 'sent', path: file.path, size: file.size, ...facts, seconds });
    sent(file);
  }

  async #abort(ref: Parameters<typeof abortUpload>[1], partition: number, reason: string): Promise<void> {
    await abortUpload(
      this.#context,
      ref,
      Math.min(partition, this.#context.options.partitions.count - 1),
      reason,
    );
  }

  async #sendSmall({ small }: JobLine, context: SendContext): Promise<void> {
    const flights = new Set<Promise<void>>();
    let failure: unknown;
    for (let job = await small.take(); job !== undefined && failure === undefined; job = await small.take()) {
      // The buffer first: while Kafka holds them all, files gather for a fuller pack.
      const buffer = await context.takeBuffer(packBytes(context, job.file));
      const { builder, jobs } = await this.#fill(job, context, small, buffer.length);
      const flight = this.#guard(jobs, () => this.#sendPack(builder, buffer, jobs.length))
        .catch((error: unknown) => {
          failure ??= error;
          // The loop may be waiting for a file that never comes, for nothing is done any more.
          small.close({ drop: true });
        })
        .finally(() => {
          context.options.buffers.give(buffer);
          flights.delete(flight);
        });
      flights.add(flight);
    }
    await Promise.all(flights);
    if (failure !== undefined) throw failure;
  }

  /** Fills a pack of at most so many bytes, beginning with `first`; waits a little for company, once, unless it is urgent. */
  async #fill(
    first: Job,
    context: SendContext,
    small: Queue<Job>,
    bytes: number,
  ): Promise<{ builder: PackBuilder; jobs: Job[] }> {
    const builder = new PackBuilder(context, bytes);
    const jobs: Job[] = [];
    const until = performance.now() + (context.isUrgent ? 0 : context.options.linger);
    for (let next: Job | undefined = first; next !== undefined; next = await small.take()) {
      builder.add(next.file);
      jobs.push(next);
      fileBegins(next.file);
      await small.arrival(until - performance.now());
      const waiting = small.peek();
      if (waiting === undefined || !builder.fits(waiting.file)) break;
    }
    return { builder, jobs };
  }

  async #sendPack(builder: PackBuilder, buffer: Uint8Array, count: number): Promise<void> {
    const { sent, failed, refused, onEvent } = this.#options;
    const { progress } = this.#context.options;
    const started = performance.now();
    const outcomes = await builder.send(buffer).finally(() => {
      this.#jobs.small -= count;
    });
    for (const { file, upload, digest, reason = 'it cannot be read', isFinal } of outcomes) {
      fileEnds(file, digest === undefined ? reason : undefined);
      if (digest === undefined) {
        if (isFinal) refused(file, reason);
        else failed(file.path, reason);
        continue;
      }
      progress.filesDone++;
      progress.bytesDone += file.size;
      const seconds = (performance.now() - started) / 1000;
      onEvent({ type: 'sent', path: file.path, upload, size: file.size, digest, resumedFrom: 0, seconds });
      sent(file);
    }
  }

  /** Failures that concern these files go to their owner; all others end the run. */
  async #guard(jobs: readonly Job[], work: () => Promise<void>): Promise<void> {
    const limit = this.#context.limit;
    try {
      await work();
    } catch (error) {
      if (isTooLarge(error)) return this.#limitLowered(error as KafkaError, limit, jobs);
      // The signal came while a store was waited for.
      if (error instanceof StoppedError) return;
      if (error instanceof KafkaError || !(error instanceof Error) || !('code' in error)) throw error;
      const reason = `it cannot be sent: ${(error as Error).message}`;
      for (const { file } of jobs) {
        if (isRefused(error)) this.#options.refused(file, reason);
        else this.#options.failed(file.path, reason);
      }
    }
  }

  /** The topic's limit was lowered while a file was sent: what was begun is given up, and cut anew. */
  async #limitLowered(error: KafkaError, used: number, jobs: readonly Job[]): Promise<void> {
    const { topic, state, uploader } = this.#context.options;
    const now = await this.#options.kafka.describeTopic(topic);
    const limit = recordLimit(this.#context.options, now?.maxMessageBytes ?? usualMaxMessageBytes);
    // Several files may find out at once; one lowering is enough. The same limit, and still refused: it is the broker's
    // own, and unknown: halving finds one that fits.
    if (this.#context.limit >= used) this.#context.limit = limit < used ? limit : Math.floor(used / 2);
    if (this.#context.limit < 1024) throw error;
    for (const { file } of jobs) {
      const begun = state.get(file.path);
      if (begun?.state !== 'sending') continue;
      await abortUpload(
        this.#context,
        { uploader, path: file.path, upload: begun.upload },
        begun.partition,
        "the topic's limit was lowered",
      );
    }
    for (const { file } of jobs) this.#options.again(file.path, "the topic's limit was lowered");
  }
}
