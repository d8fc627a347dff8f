/**
 * A member of a consumer group: joins when it is told to, and says that it is alive for as long as it is in, whatever its reader
 * does. What the group wants of it is told by `changed`; it never gives partitions up by itself.
 */
import { ask } from '../api.ts';
import type { Connection } from '../cluster/connection.ts';
import { Code } from '../cluster/error-codes.ts';
import { mayPass } from '../cluster/failures.ts';
import { ownPurpose } from '../cluster/link-purpose.ts';
import { errorOf, translate } from '../cluster/refusals.ts';
import { heartbeatV4, leaveGroupV5 } from '../codecs.ts';
import { KafkaError, type Position } from '../contract.ts';
import { commit, coordinator } from './coordinator.ts';
import { type Joined, type JoinOptions, join, partitionCounts } from './join.ts';

export interface MembershipOptions extends Omit<JoinOptions, 'named' | 'purpose'> {
  /** Milliseconds between two looks for new partitions, when we are the group's leader. */
  readonly metadataMaxAge: number;
  /** Something is to be done: look at {@link Membership.state} and {@link Membership.failure}. */
  readonly changed: () => void;
}

/**
 * `out`: not a member. `in`: reading is right. `summoned`: still a member, but the group deals its partitions out anew.
 * `lost`: the group has gone on without us.
 */
export type MemberState = 'out' | 'in' | 'summoned' | 'lost';

/** A heartbeat that fails is tried again sooner than the next one is due. */
const soonMs = 250;
/** It is by a heartbeat's answer that a member hears of a rebalance, and all others wait for it meanwhile. */
const longestHeartbeatMs = 1000;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #heartbeatPurpose = ownPurpose('heartbeat');
  readonly #joinPurpose = ownPurpose('join');
  #state: MemberState = 'out';
  #failure: Error | undefined;
  #memberId = '';
  #joined: Joined | undefined;
  /** When the group has last heard of us, by the steady clock and by the wall's: the steady one stands still in a suspended machine. */
  #alive = { steady: 0, wall: 0 };
  /** Raised when the answers of heartbeats that are under way mean nothing any more. */
  #watch = 0;
  /** Commits that are under way. */
  readonly #commits = new Set<Promise<void>>();
  #leaving: Promise<void> | undefined;
  #control: Connection | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  get state(): MemberState {
    return this.#state;
  }

  /** Membership cannot go on. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** True while the group has not heard of us for so long that it may have gone on without us. */
  get isDoubtful(): boolean {
    return this.#state === 'in' && this.#isSilent;
  }

  /** Joins, or joins anew; resolves with the partitions that are ours. Rejects with KafkaError. */
  async join(): Promise<readonly number[]> {
    this.#rest();
    const options: JoinOptions = {
      ...this.#options,
      purpose: this.#joinPurpose,
      named: (memberId) => {
        this.#memberId = memberId;
      },
    };
    const joined = await join(options, this.#memberId);
    this.#options.signal.throwIfAborted();
    this.#joined = joined;
    this.#alive = now();
    this.#state = 'in';
    this.#beatAfter(this.#heartbeatInterval);
    if (joined.dealt) this.#lookForPartitions(joined.dealt);
    return joined.partitions;
  }

  /**
   * Commits as the member of the present generation. Rejects with KafkaError; `fenced` also ends the membership. When all is
   * to end, it is not tried for longer than the group waits for us.
   */
  async commit(positions: ReadonlyMap<number, Position>): Promise<void> {
    const { cluster, group, topic, instanceId, signal } = this.#options;
    const joined = this.#joined;
    if (joined === undefined || this.#state === 'lost' || this.#state === 'out') throw this.#fenced();
    const giveUp = () => (signal.aborted && this.#isSilent ? this.#fenced() : undefined);
    const work = commit(cluster, group, topic, positions, { ...joined, instanceId }, giveUp);
    this.#commits.add(work);
    try {
      await work;
    } catch (error) {
      if (error instanceof KafkaError && error.kind === 'fenced' && this.#joined === joined) {
        this.#lose(Code.illegalGeneration);
      }
      throw error;
    } finally {
      this.#commits.delete(work);
    }
  }

  /**
   * Gives the membership up without waiting for anybody's agreement; it may be joined again. What is being committed is
   * committed first, for the group takes nothing from who has left it. Never rejects.
   */
  leave(): Promise<void> {
    this.#leaving = Promise.all([this.#leaving, this.#leave()]).then(() => {});
    return this.#leaving;
  }

  /** Leaves for good. Never rejects. */
  async close(): Promise<void> {
    await this.leave();
    this.#control?.close();
  }

  async #leave(): Promise<void> {
    const { cluster, group, instanceId } = this.#options;
    const memberId = this.#memberId;
    this.#rest();
    this.#state = 'lost';
    this.#memberId = '';
    this.#joined = undefined;
    await Promise.allSettled(this.#commits);
    // A static member is expected back; the group waits for it.
    if (memberId === '' || instanceId !== null || cluster.signal.aborted) return;
    try {
      const connection = await this.#connection();
      await ask(connection, leaveGroupV5.api, group, [{ memberId, groupInstanceId: null, reason: null }]);
    } catch (error) {
      // The session will time out instead.
      cluster.options.logger.debug({ err: error, group }, 'could not leave the group');
    }
  }

  get #isSilent(): boolean {
    const { steady, wall } = this.#alive;
    const silence = Math.max(performance.now() - steady, Date.now() - wall);
    return silence >= this.#options.sessionTimeout;
  }

  get #heartbeatInterval(): number {
    return Math.min(longestHeartbeatMs, this.#options.sessionTimeout / 3);
  }

  async #connection(): Promise<Connection> {
    if (this.#control?.isOpen) return this.#control;
    const { cluster, group, sessionTimeout } = this.#options;
    const patience = Math.max(1000, Math.min(cluster.options.requestTimeout, sessionTimeout / 3));
    const { connection } = await coordinator(cluster, group, this.#heartbeatPurpose, patience);
    this.#control = connection;
    return connection;
  }

  /** No heartbeats, no looks. */
  #rest(): void {
    this.#watch += 1;
    clearTimeout(this.#heartbeat);
    clearInterval(this.#looks);
  }

  #beatAfter(milliseconds: number): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => void this.#beat(), milliseconds).unref();
  }

  async #beat(): Promise<void> {
    const { group, instanceId } = this.#options;
    const { memberId, generation } = this.#joined!;
    const what = `tell group ${group} that we are alive`;
    const watch = this.#watch;
    const isPast = () => this.#watch !== watch;
    try {
      const connection = await this.#connection();
      const sentAt = now();
      const answer = await ask(connection, heartbeatV4.api, group, generation, memberId, instanceId);
      if (isPast()) return;
      const { errorCode } = answer;
      if (errorCode === Code.unknownMember || errorCode === Code.illegalGeneration) {
        this.#lose(errorCode);
        return;
      }
      if (errorCode === Code.rebalanceInProgress) this.#summon();
      else if (errorCode !== Code.none) throw errorOf('membership', errorCode, what, null, { group });
      this.#alive = sentAt;
      // Somebody may wait for an end of the doubt, which a clock that was set meanwhile has ended already.
      this.#options.changed();
      this.#beatAfter(this.#heartbeatInterval);
    } catch (thrown) {
      // Perhaps another broker looks after the group by now.
      this.#control?.close();
      this.#control = undefined;
      if (isPast()) return;
      const error = translate(thrown, what);
      if (mayPass(error)) {
        this.#options.cluster.options.logger.debug({ err: error, group }, 'a heartbeat failed');
        this.#beatAfter(Math.min(soonMs, this.#heartbeatInterval));
      } else {
        this.#rest();
        this.#state = 'lost';
        this.#failure = error as Error;
        this.#options.changed();
      }
    }
  }

  #summon(): void {
    if (this.#state !== 'in') return;
    this.#state = 'summoned';
    this.#options.changed();
  }

  #lose(code: number): void {
    this.#rest();
    this.#state = 'lost';
    if (code === Code.unknownMember) this.#memberId = '';
    this.#options.changed();
  }

  /** A leader whose topics have other partitions than it has dealt out joins anew, which has them dealt out again. */
  #lookForPartitions(dealt: ReadonlyMap<string, number>): void {
    const { cluster, topic, metadataMaxAge } = this.#options;
    const look = async () => {
      const found = await partitionCounts(cluster, topic, dealt.keys());
      if (this.#joined?.dealt === dealt && [...found].some(([name, count]) => dealt.get(name) !== count)) {
        this.#summon();
      }
    };
    this.#looks = setInterval(() => {
      // The next look is as good.
      look().catch(() => {});
    }, metadataMaxAge).unref();
  }

  #fenced(): KafkaError {
    const { group } = this.#options;
    return new KafkaError(
      'fenced',
      `Could not commit positions of group ${group}: this consumer is not a member of it now.`,
    );
  }
}

function now(): { readonly steady: number; readonly wall: number } {
  return { steady: performance.now(), wall: Date.now() };
}
