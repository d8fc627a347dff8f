/** Making durable what was received, and committing how far: one at a time, and in that order. */
import { crashPoint } from '../../crash-points.ts';
import type { Receiver } from '../receive/receiver.ts';
import type { SafeOffsets, TakenPositions } from './safe-offsets.ts';

/** Bytes after which positions are committed without waiting for the interval: what is fetched again after a kill. */
const commitEvery = 8 * 1024 * 1024;
/** Bytes that may be received and not committed: beyond, a slow disk slows the reading down, so that a kill costs no more. */
const uncommittedLimit = 24 * 1024 * 1024;

export interface CheckpointsOptions {
  readonly receiver: Receiver;
  readonly safe: () => SafeOffsets;
  /** Resolves with false when the positions are not ours to commit any more. */
  readonly commit: (positions: TakenPositions['forKafka']) => Promise<boolean>;
  /** Runs behind each checkpoint that was begun by itself. */
  readonly after: () => Promise<void>;
  readonly fail: (error: unknown) => void;
}

export class Checkpoints {
  readonly #options: CheckpointsOptions;
  #checkpoint: Promise<void> = Promise.resolve();
  #isRunning = false;
  /** Bytes received since the newest commit began, and since the newest one that is through began. */
  #bytesSince = 0;
  #uncommitted = 0;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** So many bytes came. */
  received(bytes: number): void {
    this.#bytesSince += bytes;
    this.#uncommitted += bytes;
  }

  /** Begins one if much came; undefined, unless so much did that no more is to come before it is through. */
  afterMuch(): Promise<void> | undefined {
    if (this.#bytesSince >= commitEvery) this.begin();
    return this.#uncommitted >= uncommittedLimit ? this.#checkpoint : undefined;
  }

  /** One at a time; a slow disk or cluster makes them rarer, not more. */
  begin(): void {
    if (this.#isRunning) return;
    const before = this.#uncommitted;
    this.#bytesSince = 0;
    const committed = this.commit().then(() => {
      this.#uncommitted -= before;
      return this.#options.after();
    });
    this.hold(committed);
  }

  /** No other one begins before this one is through. */
  hold(checkpoint: Promise<void>): void {
    this.#isRunning = true;
    this.#checkpoint = checkpoint
      .catch((error: unknown) => this.#options.fail(error))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** Resolves when the one that runs is through. */
  get through(): Promise<void> {
    return this.#checkpoint;
  }

  /** Runs work beside which there is none. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#isRunning) await this.#checkpoint;
    const done = work();
    this.hold(done);
    await done;
  }

  /** Safe offsets first, then what makes them safe, then the commit: a position never passes what is not durable. */
  async commit(): Promise<void> {
    const commit = await this.makeDurable();
    await commit();
  }

  /** Resolves with what commits the positions that were safe. */
  async makeDurable(): Promise<() => Promise<void>> {
    const { receiver, safe, commit } = this.#options;
    const taken = safe().take();
    await receiver.checkpoint(taken.forSink);
    safe().remembered(taken);
    return async () => {
      if (taken.forKafka.size === 0) return;
      crashPoint('positions:before-commit');
      const isCommitted = await commit(taken.forKafka);
      crashPoint('positions:after-commit');
      if (isCommitted) safe().committed(taken);
    };
  }
}
