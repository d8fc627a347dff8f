/** The lease of a running uploader: taken, renewed, looked after when this process had been stopped, given back. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Lease } from '../records/state-record.ts';
import { thisBoot } from './boot.ts';
import { holderOf, living, type ReadLeases, refusal } from './lease.ts';

/** Milliseconds a lease lasts without being renewed. */
const lasts = 30_000;

export interface HeldLeaseOptions {
  readonly uploader: string;
  readonly topicId: string;
  readonly leases: ReadLeases;
  /** Resolves with the Kafka offset of the record, -1 when it is not known. */
  readonly write: (lease: Lease | null) => Promise<number>;
  /** Called when the lease cannot be renewed, or somebody else has taken over while this process was stopped. */
  readonly lost: (error: unknown) => void;
}

export class HeldLease {
  readonly #options: HeldLeaseOptions;
  readonly #lease: Lease;
  /** Of our newest record that is known; what others wrote to take over stands behind it. */
  #offset: number;
  /** When that was sent, by the steady clock and by the wall's: the steady one may stand still while a machine sleeps. */
  #renewed = { steady: performance.now(), wall: Date.now() };
  #renewing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing may be written any more. */
  #refusal: Error | undefined;

  private constructor(options: HeldLeaseOptions, offset: number) {
    this.#options = options;
    this.#offset = offset;
    const owner = randomBytes(8).toString('hex');
    const lease = { topic: options.topicId, owner, host: hostname(), pid: process.pid, lasts };
    this.#lease = thisBoot === undefined ? lease : { ...lease, boot: thisBoot };
  }

  /**
   * Takes the lease, which was free at Kafka offset `end`, and renews it until {@link release}. Throws ConfigurationError when
   * somebody else was faster.
   */
  static async take(options: HeldLeaseOptions, end: number): Promise<HeldLease> {
    const held = new HeldLease(options, end - 1);
    living.add(held.#lease.owner);
    try {
      await held.#write();
      await held.#refuseOthers(end);
    } catch (error) {
      living.delete(held.#lease.owner);
      throw error;
    }
    held.#timer = setInterval(() => void held.#renew().catch(options.lost), lasts / 3);
    held.#timer.unref();
    return held;
  }

  /**
   * Undefined while the lease is good. Where this process was stopped, or cut off, for longer than it lasts, somebody may have
   * taken over, and nothing may be written before the result resolves. Rejects when somebody has.
   */
  confirm(): Promise<void> | undefined {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return this.#isOverdue() ? this.#renew() : undefined;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing?.catch(() => {});
    living.delete(this.#lease.owner);
    if (this.#isOverdue()) await this.#refuseOthers(this.#offset + 1).catch(() => {});
    // What stands there is somebody else's then.
    if (this.#refusal === undefined) await this.#options.write(null);
  }

  #isOverdue(): boolean {
    const { steady, wall } = this.#renewed;
    return Math.max(performance.now() - steady, Date.now() - wall) > lasts;
  }

  /** One at a time. Whoever waits for it goes on in the order of the calls. */
  #renew(): Promise<void> {
    if (this.#renewing !== undefined) return this.#renewing;
    const renewing = this.#renewOnce();
    this.#renewing = renewing;
    const clear = (): void => {
      this.#renewing = undefined;
    };
    renewing.then(clear, clear);
    return renewing;
  }

  async #renewOnce(): Promise<void> {
    const behind = this.#offset + 1;
    if (this.#isOverdue()) await this.#refuseOthers(behind);
    const before = this.#renewed;
    await this.#write();
    // Acknowledged too late: somebody may have come between.
    const { steady, wall } = this.#renewed;
    if (steady - before.steady > lasts || wall - before.wall > lasts || this.#isOverdue())
      await this.#refuseOthers(behind);
  }

  async #write(): Promise<void> {
    const sent = { steady: performance.now(), wall: Date.now() };
    let offset = await this.#options.write(this.#lease);
    if (offset < 0) {
      const found = await this.#options.leases(this.#offset + 1);
      offset = found.findLast((lease) => lease?.owner === this.#lease.owner)?.offset ?? offset;
    }
    this.#offset = Math.max(this.#offset, offset);
    this.#renewed = sent;
  }

  /** Throws when somebody else came first of all who came behind an offset; a record of ours that hides theirs is taken back. */
  async #refuseOthers(from: number): Promise<void> {
    const { uploader, leases, write } = this.#options;
    const found = await leases(from);
    const holder = holderOf(found);
    if (holder === undefined || holder.owner === this.#lease.owner) return;
    this.#refusal = refusal(uploader, holder);
    clearInterval(this.#timer);
    const { offset: _offset, ...theirs } = holder;
    if (found.at(-1)?.owner === this.#lease.owner) await write(theirs);
    throw this.#refusal;
  }
}
