/** The senders of a server: who is asked whether they may, what they have agreed upon, and what becomes of them. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { describeError, SluiceError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import type { Desk, Seat } from '../contract.ts';
import type { Peers } from './peer.ts';
import { type Problem, refusalProblem } from './problem.ts';
import { finishAnswer } from './sdp/answer.ts';
import type { Offer } from './sdp/offer.ts';
import { type SessionTiming, WhipSession } from './session.ts';

export interface SessionsOptions {
  readonly desk: Desk;
  readonly peers: Peers;
  /** Where the port of media is reached besides the machine's own addresses. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly logger: Logger;
  readonly timing?: Partial<SessionTiming>;
}

export interface Wish {
  readonly stream: string;
  readonly key: string;
  readonly address: string;
  readonly offer: Offer;
}

export interface StandingSession {
  readonly id: string;
  /** Of its session of ICE, in quotation marks. */
  readonly tag: string;
  readonly session: WhipSession;
  readonly offer: Offer;
  isOf(key: string): boolean;
}

interface Entry extends StandingSession {
  readonly stream: string;
  /** Resolves when its seat is free. */
  readonly over: Promise<void>;
}

/** A sender that was not heard of for so many milliseconds has lost its network, and the same one that comes anew takes its place. */
const quiet = 1500;

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #entries = new Map<string, Entry>();
  #isClosed = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  find(id: string): StandingSession | undefined {
    return this.#entries.get(id);
  }

  /** Admits a sender, or says why not. */
  async open(wish: Wish): Promise<{ readonly standing: StandingSession; readonly answer: string } | Problem> {
    const { desk, logger, addresses, port } = this.#options;
    const { stream, key, address } = wish;
    await this.#giveWay(stream, key);
    const closing = refusalProblem('closing', 'this server goes; ask again, or another');
    if (this.#isClosed) return closing;
    const asked = await desk.ask({ protocol: 'whip', stream, key, address });
    if (!asked.isAdmitted) return refusalProblem(asked.why, asked.message);
    if (this.#isClosed) {
      asked.seat.leave();
      return closing;
    }
    const entry = this.#seated(wish, asked.seat);
    if (entry === undefined) return refusalProblem('full', 'no more media can be taken here: see the log');
    try {
      const answer = finishAnswer(await entry.session.answer(), addresses, port);
      return { standing: entry, answer };
    } catch (error) {
      logger.debug({ stream, address }, `WHIP: the offer was not agreed to: ${describeError(error)}`);
      return refusalProblem(
        'invalid',
        `the offer cannot be agreed to: ${describeError(error)}`.slice(0, 300),
      );
    }
  }

  /** Ends all of them; resolves when their seats are free. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#entries.values()];
    for (const { session } of all) session.end();
    await Promise.all(all.map(({ over }) => over));
  }

  /** A network that was away leaves a session behind, which would stand in its own sender's way until it is noticed. */
  async #giveWay(stream: string, key: string): Promise<void> {
    for (const entry of [...this.#entries.values()]) {
      if (entry.stream !== stream || !entry.isOf(key) || entry.session.quietFor < quiet) continue;
      entry.session.end(new Error('its sender has begun anew'));
      await entry.over;
    }
  }

  /** Undefined: no peer can be made (of too many open files, say); the seat is free again. */
  #seated(wish: Wish, seat: Seat): Entry | undefined {
    try {
      return this.#seat(wish, seat);
    } catch (error) {
      this.#options.logger.error(`WHIP: no peer can be made: ${describeError(error)}`);
      seat.leave();
      return undefined;
    }
  }

  #seat({ stream, key, address, offer }: Wish, seat: Seat): Entry {
    const { peers, logger, timing } = this.#options;
    const id = randomBytes(16).toString('base64url');
    const digest = digestOf(key);
    const over = Promise.withResolvers<void>();
    let sending: Promise<void> | undefined;
    const onAbort = (): void => session.end(reasonOf(seat.signal));
    const session = new WhipSession({
      offer,
      open: (listener) => peers.open(listener),
      onMedia: (media) => {
        logger.info({ stream, address }, 'WHIP: media come');
        // Nobody reads any more once it is over, for whatever reason.
        sending = seat.send(media).then(
          () => session.end(),
          (error: unknown) => session.end(error as Error),
        );
      },
      onEnd: (error) => {
        seat.signal.removeEventListener('abort', onAbort);
        this.#entries.delete(id);
        const why = error === undefined ? '' : `: ${describeError(error)}`;
        logger.info({ stream, address }, `WHIP: the session has ended${why}`);
        if (sending === undefined) seat.leave();
        void (sending ?? Promise.resolve()).then(over.resolve);
      },
      ...(timing === undefined ? {} : { timing }),
    });
    const tag = `"${randomBytes(6).toString('base64url')}"`;
    const isOf = (other: string): boolean => timingSafeEqual(digest, digestOf(other));
    const entry: Entry = { id, tag, session, offer, stream, over: over.promise, isOf };
    this.#entries.set(id, entry);
    seat.signal.addEventListener('abort', onAbort, { once: true });
    if (seat.signal.aborted) onAbort();
    return entry;
  }
}

/** Why a sender was sent away. */
function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new SluiceError(String(reason));
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
