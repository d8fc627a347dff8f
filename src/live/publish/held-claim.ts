/** The claim of a running publisher: taken, raised with each epoch, renewed, watched, given back. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { thisBoot } from '../../files/state/boot.ts';
import { living } from '../../files/state/lease.ts';
import { hostName } from '../../machine.ts';
import type { StreamClaim } from '../../records/live-claim.ts';
import type { Targets } from '../../records/live-record.ts';
import {
  expectKey,
  FencedError,
  holderAfter,
  keyDigest,
  refusal,
  type StandingClaim,
  waitingFor,
} from './claim.ts';
import type { ClaimsTopic } from './claims-topic.ts';
import { isGone } from './gone.ts';
import { passedSince, present } from './moment.ts';

/** What a claim says of where the stream stands; everything before `offset` on `L` is told by it. */
export interface ClaimedState {
  readonly media: number;
  readonly discontinuities: number;
  readonly offset: number;
}

export interface TakeClaimOptions {
  readonly stream: string;
  readonly topic: ClaimsTopic;
  readonly takeover: boolean;
  readonly key: string | undefined;
  readonly waiting: (message: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds without a renewal after which a claim has ended. */
  readonly lasts?: number;
}

/** Everything that a claim says and that does not change while it is held. */
export type ClaimBase = Pick<StreamClaim, 'partition' | 'began'> & { readonly targets: Targets };

/** Milliseconds. */
const usualLasts = 10_000;
/** Milliseconds between two looks at somebody else's claim. */
const lookEvery = 500;

/**
 * The claim that stands, when it may be taken over: nobody's, ended, or not renewed for as long as it lasts (by our own steady
 * clock). Throws ConfigurationError when its publisher lives, or has another key.
 */
export async function freeClaim(
  options: TakeClaimOptions,
): Promise<{ readonly before: StandingClaim | undefined; readonly end: number }> {
  const { topic, takeover, key, waiting, signal } = options;
  let holder: StandingClaim | undefined;
  const take = (claim: StandingClaim | undefined): void => {
    holder = holderAfter(holder, claim);
  };
  let end = await topic.read(0, take);
  const found: StandingClaim | undefined = holder;
  if (found === undefined) return { before: undefined, end };
  expectKey(found, key);
  const free = (): boolean => holder === undefined || holder.state === 'ended' || takeover || isGone(holder);
  if (free()) return { before: holder, end };
  if (living.has(found.owner)) throw refusal(found);
  waiting(waitingFor(found));
  const ends = performance.now() + found.lasts;
  for (let left = found.lasts; left > 0 && !signal.aborted; left = ends - performance.now()) {
    await delay(Math.min(lookEvery, left), undefined, { signal }).catch(() => {});
    end = await topic.read(end, take);
    const now = holder as StandingClaim | undefined;
    if (now !== undefined) expectKey(now, key);
    if (free()) break;
    if (now !== undefined && now.at !== found.at) throw refusal(now);
  }
  return { before: holder, end };
}

export interface HeldClaimOptions extends TakeClaimOptions {
  readonly base: ClaimBase;
  readonly before: StandingClaim | undefined;
  /** Of `L.streams`, as `freeClaim` found it. */
  readonly end: number;
  /** Where the stream stands now: written with every renewal. */
  readonly state: () => ClaimedState;
  /** Called once, when somebody else has the stream, or the claim cannot be kept. */
  readonly lost: (error: unknown) => void;
}

export class HeldClaim {
  readonly #options: HeldClaimOptions;
  readonly #owner = randomBytes(8).toString('hex');
  readonly #lasts: number;
  readonly #following = new AbortController();
  #holder: StandingClaim | undefined;
  #epoch: number;
  /** Of the newest claim that was written: the stream is lost by another's claim of it. Never ahead of what was seen of the one before. */
  #claimed: number;
  #turn: Promise<void> = Promise.resolve();
  /** Everything on `L.streams` before it has been seen. */
  #seen: number;
  /** How often it was cut. */
  #cuts = 0;
  readonly #waiters = new Set<() => void>();
  #renewed = present();
  #renewing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #refusal: unknown;
  /** Others need not wait. */
  #isLoose = false;

  private constructor(options: HeldClaimOptions) {
    this.#options = options;
    this.#lasts = options.lasts ?? usualLasts;
    this.#holder = options.before;
    this.#epoch = options.before?.epoch ?? 0;
    this.#claimed = this.#epoch + 1;
    this.#seen = options.end;
  }

  /** Claims the stream with the epoch behind every other. Throws FencedError when somebody was faster. */
  static async take(options: HeldClaimOptions): Promise<HeldClaim> {
    const held = new HeldClaim(options);
    living.add(held.#owner);
    const following = options.topic
      .follow(
        options.end,
        (claim) => held.#take(claim),
        (offset, isCut) => held.#passed(offset, isCut),
        held.#following.signal,
      )
      .catch((error: unknown) => held.#lose(error));
    void following;
    try {
      await held.raise();
    } catch (error) {
      held.#stop();
      throw error;
    }
    // What comes back is final: everything else is tried again below.
    held.#timer = setInterval(() => void held.#renew().catch((error) => held.#lose(error)), held.#lasts / 3);
    held.#timer.unref();
    return held;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get owner(): string {
    return this.#owner;
  }

  /** Claims the next epoch, or `least` if that is greater. The number is there at once; nothing of it may be sent before the result resolves. */
  raise(least = 0): Promise<void> {
    const epoch = Math.max(this.#epoch + 1, least);
    this.#epoch = epoch;
    this.#isLoose = false;
    return this.#claimInTurn(() => epoch);
  }

  /** Until the next epoch is claimed, others may take the stream over without waiting: nothing comes for it at present. */
  loosen(): Promise<void> {
    this.#isLoose = true;
    return this.#claimInTurn(() => this.#claimed);
  }

  /**
   * Undefined while the claim is good. Where this process was stopped, or cut off, for longer than it lasts, somebody may have
   * taken over, and nothing may be sent before the result resolves. Rejects when somebody has.
   */
  confirm(): Promise<void> | undefined {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return this.#isOverdue() ? this.#renew() : undefined;
  }

  /** Says how the programme stands and gives the stream back. What stands there now may be somebody else's: then nothing. */
  async release(state: StreamClaim['state']): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.#turn.catch(() => {});
      if (this.#isOverdue()) await this.#claimInTurn(() => this.#claimed);
      if (this.#refusal === undefined) await this.#options.topic.write({ ...this.#claim(), state, lasts: 1 });
    } finally {
      this.#stop();
    }
  }

  /** Keeps nothing up any more, without a word to the others. */
  abandon(): void {
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#following.abort();
    living.delete(this.#owner);
  }

  /** One at a time. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#claimInTurn(() => this.#claimed).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /**
   * One after the other: while we are cut off, somebody else may claim an epoch that we wait for, and a greater one written
   * without looking would take the stream back from them.
   */
  #claimInTurn(epoch: () => number): Promise<void> {
    this.#turn = this.#turn.catch(() => {}).then(() => this.#claimNow(epoch()));
    return this.#turn;
  }

  /** Writes the claim, and resolves when everything before it has been seen and nobody else has the stream. */
  async #claimNow(epoch: number): Promise<void> {
    const { topic } = this.#options;
    if (this.#refusal !== undefined) throw this.#refusal;
    this.#claimed = epoch;
    // Somebody may have come while we were cut off: what we wrote now would only be in their way.
    while (this.#isOverdue() && !(await this.#seeAll()));
    for (;;) {
      const sent = present();
      await topic.write(this.#claim());
      if (!(await this.#seeAll())) continue;
      this.#renewed = sent;
      if (!this.#isOverdue()) return;
    }
  }

  #claim(): StreamClaim {
    const { stream, base, key, state } = this.#options;
    return {
      stream,
      state: 'live',
      epoch: this.#claimed,
      owner: this.#owner,
      host: hostName() ?? '',
      pid: process.pid,
      ...(thisBoot === undefined ? {} : { boot: thisBoot }),
      lasts: this.#isLoose ? 1 : this.#lasts,
      ...base,
      ...state(),
      ...(key === undefined ? {} : { key: keyDigest(key) }),
    };
  }

  #take(claim: StandingClaim | undefined): void {
    this.#holder = holderAfter(this.#holder, claim);
    const holder = this.#holder;
    // Until our own claim comes by, whoever was before has the stream.
    if (holder === undefined || holder.owner === this.#owner || holder.epoch < this.#claimed) return;
    this.#lose(new FencedError(holder));
  }

  #passed(offset: number, isCut: boolean): void {
    if (isCut) this.#cuts += 1;
    this.#seen = offset;
    for (const wake of this.#waiters) wake();
  }

  #lose(error: unknown): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = error;
    clearInterval(this.#timer);
    for (const wake of this.#waiters) wake();
    this.#options.lost(error);
  }

  /** Waits for what stands there now. False: the topic was cut meanwhile, so that it may end elsewhere, and what was written may be gone. */
  async #seeAll(): Promise<boolean> {
    const cuts = this.#cuts;
    const end = await this.#options.topic.end();
    while (this.#seen < end && this.#refusal === undefined && this.#cuts === cuts) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiters.delete(wake);
          resolve();
        };
        this.#waiters.add(wake);
      });
    }
    if (this.#refusal !== undefined) throw this.#refusal;
    return this.#cuts === cuts;
  }

  #isOverdue(): boolean {
    return passedSince(this.#renewed) > this.#lasts;
  }
}
