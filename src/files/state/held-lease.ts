/** The lease of a running uploader: taken, renewed, looked after when this process had been stopped, given back. */
import { randomBytes } from 'node:crypto';
import { crashPoint } from '../../crash-points.ts';
import { hostName } from '../../machine.ts';
import type { Lease } from '../../records/state-record.ts';
import { uploadWaits } from '../shared/upload-waits.ts';
import { thisBoot } from './boot.ts';
import { holderOf, living, type ReadLeases, refusal } from './lease.ts';

/** Milliseconds a lease lasts without being renewed. */
const lasts = uploadWaits.lease;

export interface HeldLeaseOptions {
  readonly uploader: string;
  readonly topicId: string;
  readonly leases: ReadLeases;
  /** Resolves with the Kafka offset of the record, -1 when it is not known. */
  readonly write: (lease: Lease | null) => Promise<number>;
  /** Called when the lease cannot be renewed, or somebody else has taken over while this process was stopped. */
  readonly lost: (error: unknown) => void;
}

/** By the steady clock and by the wall's, in milliseconds: the steady one may stand still while a machine sleeps. */
interface Moment {
  readonly steady: number;
  readonly wall: number;
}

export class HeldLease {
  readonly #options: HeldLeaseOptions;
  readonly #lease: Lease;
  /** Of our newest record that is known; what others wrote to take over stands behind it. */
  #offset: number;
  /** When the newest record was sent that nobody came before. */
  #renewed = present();
  #renewing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing may be written any more. */
  #refusal: Error | undefined;

  private constructor(options: HeldLeaseOptions, offset: number) {
    this.#options = options;
    this.#offset = offset;
    const owner = randomBytes(8).toString('hex');
    const lease = { topic: options.topicId, owner, host: hostName() ?? '', pid: process.pid, lasts };
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
      const sent = await held.#write();
      crashPoint('lease:after-ack');
      // Right behind what was read: nobody can have come in between.
      if (held.#offset !== end) await held.#refuseOthers(end);
      held.#renewed = sent;
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
    return isOverdue(this.#renewed) ? this.#renew() : undefined;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing?.catch(() => {});
    living.delete(this.#lease.owner);
    // What stands there may be somebody else's: where nobody can look, ours ends by itself.
    const isOurs =
      !isOverdue(this.#renewed) ||
      (await this.#refuseOthers(this.#offset + 1).then(
        () => true,
        () => false,
      ));
    if (!isOurs || this.#refusal !== undefined) return;
    await this.#options.write(null);
    crashPoint('lease:after-release');
  }

  /** One at a time. Whoever waits for it goes on in the order of the calls. */
  #renew(): Promise<void> {
    if (this.#renewing !== undefined) return this.#renewing;
    let renewed = this.#renewed;
    const renewing = this.#renewOnce(renewed).then((sent) => {
      renewed = sent;
    });
    this.#renewing = renewing;
    // Called ahead of all who wait: until then whoever comes waits behind them.
    const clear = (): void => {
      this.#renewed = renewed;
      this.#renewing = undefined;
    };
    renewing.then(clear, clear);
    return renewing;
  }

  /** Resolves with when the lease was renewed; nobody came before that, and it is not overdue. */
  async #renewOnce(before: Moment): Promise<Moment> {
    const behind = this.#offset + 1;
    if (isOverdue(before)) await this.#refuseOthers(behind);
    const sent = await this.#write();
    if (!isOverdue(before)) return sent;
    // Acknowledged too late: somebody may have come between, and again while that was looked at.
    await this.#refuseOthers(behind);
    return isOverdue(sent) ? this.#renewOnce(sent) : sent;
  }

  /** Resolves with when the record was sent. */
  async #write(): Promise<Moment> {
    const sent = present();
    let offset = await this.#options.write(this.#lease);
    if (offset < 0) {
      const found = await this.#options.leases(this.#offset + 1);
      offset = found.findLast((lease) => lease?.owner === this.#lease.owner)?.offset ?? offset;
    }
    this.#offset = Math.max(this.#offset, offset);
    return sent;
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

function present(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** True when a lease of that time may have ended, as whoever waits for it measures. */
function isOverdue({ steady, wall }: Moment): boolean {
  return Math.max(performance.now() - steady, Date.now() - wall) > lasts;
}
