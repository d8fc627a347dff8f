/** One sender from its admission to its end: its connection, and its seat at the desk. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { describeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import type { Caller, Seat } from '../contract.ts';
import { Connection, type ConnectionSettings, type HowItEnded } from './connection.ts';
import type { Remote } from './remote.ts';

/** Milliseconds without a word after which a sender makes way for another one with its key: a healthy one says something every second. */
const silenceOfTheGone = 1300;
/** Between two words to one who goes on sending to a connection that is over. */
const repeatedEvery = 200;

export interface SenderSettings extends Omit<ConnectionSettings, 'onEnd'> {
  readonly remote: Remote;
  readonly caller: Caller;
  readonly seat: Seat;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly onEnd: () => void;
}

export class Sender {
  readonly connection: Connection;
  /** Resolves when the desk has what was sent, and knows how it ended. */
  readonly settled: Promise<void>;
  readonly #settings: SenderSettings;
  #overAt: number | undefined;
  readonly #waiting = new Set<{ readonly heardAt: number; readonly go: () => void }>();
  #repeatedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: SenderSettings) {
    const { seat } = settings;
    this.#settings = settings;
    this.connection = new Connection({ ...settings, onEnd: (how) => this.#ended(how) });
    this.settled = this.#send();
    const leave = (): void => this.dismiss(seat.signal.reason as Error);
    if (seat.signal.aborted) leave();
    else seat.signal.addEventListener('abort', leave, { once: true });
  }

  async #send(): Promise<void> {
    const { seat, logger } = this.#settings;
    try {
      await seat.send({ container: 'mpegts', bytes: this.connection.bytes });
    } catch (error) {
      logger.debug({ error: describeError(error) }, 'the desk let go of a sender');
    }
    this.dismiss(new Error('the desk takes no more of it'));
  }

  /** Milliseconds since it is over; undefined: it is not. */
  overFor(now: number): number | undefined {
    return this.#overAt === undefined ? undefined : now - this.#overAt;
  }

  /** It must go, and is told. */
  dismiss(why: Error): void {
    this.connection.end('dismissed', this.#settings.clock(), why);
  }

  /** Whether it sends this stream with this key. */
  isOf(caller: Caller): boolean {
    const own = this.#settings.caller;
    return own.stream === caller.stream && timingSafeEqual(digestOf(own.key), digestOf(caller.key));
  }

  /**
   * Waits until this one says something, or until it has been silent for so long that it must be gone: then it is lost, and its place is free. One that was killed comes back before anybody
   * could have noticed, and would find its own place taken.
   */
  async makeWay(): Promise<void> {
    const { heardAt, isOver } = this.connection;
    if (!isOver) await new Promise<void>((go) => void this.#waiting.add({ heardAt, go }));
    if (this.connection.isOver) await this.settled;
  }

  /** Every 10 ms. */
  tick(now: number): void {
    this.connection.tick(now);
    const { heardAt } = this.connection;
    if (this.#waiting.size > 0 && now - heardAt >= silenceOfTheGone)
      this.connection.end(
        'lost',
        now,
        new Error('the SRT sender fell silent, and came back on another connection'),
      );
    this.#letGo();
  }

  #letGo(): void {
    const { heardAt, isOver } = this.connection;
    for (const waiting of this.#waiting) {
      if (!isOver && waiting.heardAt === heardAt) continue;
      this.#waiting.delete(waiting);
      waiting.go();
    }
  }

  /** Whether this is where it was let in. */
  isAt({ address, port }: Remote): boolean {
    const { remote } = this.#settings;
    return remote.port === port && remote.address === address;
  }

  /** Packets for a connection that is over: its sender has not heard of it. */
  remind(now: number): void {
    if (now - this.#repeatedAt < repeatedEvery) return;
    this.#repeatedAt = now;
    this.connection.shutDown(now);
  }

  #ended(how: HowItEnded): void {
    const { caller, logger, clock, onEnd } = this.#settings;
    this.#overAt = clock();
    this.#letGo();
    const words = { finished: 'ended', lost: 'was lost', dismissed: 'was sent away' }[how];
    const facts = { stream: caller.stream, address: caller.address, ...this.connection.figures };
    logger.info(facts, `the SRT sender of ${caller.stream} ${words}`);
    onEnd();
  }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
