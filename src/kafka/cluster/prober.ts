/**
 * Looks after the connections to one broker that have become quiet while an answer is due: asks by another one whether the broker can
 * be reached, and gives those up that the cut of a line has left behind ({@link verdictOn}). The other one is kept for who comes next.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { StalledConnection } from './endings.ts';
import { NetworkFailure } from './failures.ts';
import type { Link } from './link.ts';
import { Nudges } from './nudge.ts';
import { outOfReach } from './out-of-reach.ts';
import { isMoving, isSuspect, type Silence, verdictOn } from './silence.ts';
import { addressText } from './socket.ts';
import type { StatusReporter } from './status.ts';
import { readTcpStates } from './tcp-state.ts';

export interface ProberOptions {
  /** Opens another connection, and has it answered; takes as long as it may. `onTaken`: called when the other side has taken it. */
  readonly open: (onTaken: () => void) => Promise<Link>;
  /** Bytes that have come from the broker by all connections that stand. */
  readonly received: () => number;
  /** Is told while nobody answers: who waits for an answer has not failed yet, and would say nothing for half a minute. */
  readonly reporter: StatusReporter;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** So long nothing is to have come, and no new connection to have come through, before anybody is told of it. */
const toldAfterMs = 2500;
/** Milliseconds between two looks at what the kernel knows. */
const lookEveryMs = 500;
/** A broker that can be reached and does not answer is asked less and less often, at the most after so many milliseconds. */
const longestPauseMs = 30_000;
/** More than is said in answer to a probe: others go on with their answers. */
const usedBytes = 2000;
/** Nobody has taken it over for so many milliseconds: it is closed. */
const keptMs = 5000;

/** The connection stands, and nothing comes on it any more since the line was cut; others come through. */
export class LeftBehind extends NetworkFailure {}

/** True where that is why something failed: also a connection that was still being greeted. */
export function isLeftBehind(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof LeftBehind) return true;
  return false;
}

/** Since when what is known of leaders is in doubt, after such a failure: what a cut has left behind says nothing of them. */
export function doubtedSince(error: Error | undefined, failedAt: number): number | undefined {
  return error === undefined || isLeftBehind(error) ? undefined : failedAt;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #quiet = new Set<Connection>();
  /** What the other side had not acknowledged at the last look. */
  readonly #unacknowledged = new WeakMap<Connection, number>();
  readonly #nudges = new Nudges();
  /** Something has come since it was told that nothing does. */
  #hasCome = false;
  #spare: Link | undefined;
  #isAttending = false;
  /** Since when nobody takes a new connection. */
  #unanswered: number | undefined;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** An answer has been due on it for a while, and nothing has come. */
  add(connection: Connection): void {
    this.#quiet.add(connection);
    if (this.#isAttending) return;
    this.#isAttending = true;
    // Of what is wrong here nobody need know: time-outs are still there.
    this.#attend()
      .catch(() => {})
      .finally(() => {
        this.#isAttending = false;
        this.#unanswered = undefined;
      });
  }

  /** True while answers are due, and nobody takes a new connection. */
  get isCutOff(): boolean {
    return this.#unanswered !== undefined;
  }

  /** A connection that stands already; whoever takes it owns it. */
  take(): Link | undefined {
    const link = this.#spare;
    this.#spare = undefined;
    return link?.connection.isOpen ? link : undefined;
  }

  async #attend(): Promise<void> {
    const { open, signal } = this.#options;
    let pause = 0;
    let notBefore = 0;
    while (!signal.aborted) {
      const silences = await this.#look();
      if (silences === undefined || this.#quiet.size === 0) break;
      const isDue = performance.now() >= notBefore && [...silences.values()].some(isSuspect);
      if (isDue) {
        const begun = performance.now();
        this.#unanswered ??= begun;
        const since = this.#unanswered;
        // A broker that has taken it can be reached, however long it is at its answer.
        let takenAt: number | undefined;
        let receivedBy = 0;
        const onTaken = (): void => {
          takenAt ??= performance.now();
          receivedBy = this.#options.received();
          this.#unanswered = undefined;
          for (const connection of this.#quiet) this.#nudges.send(connection);
        };
        const before = this.#options.received();
        const tell = (): void => {
          if (takenAt === undefined) this.#tell(before, 'no new connection comes through').catch(() => {});
        };
        const telling = setTimeout(tell, toldAfterMs).unref();
        let isMute = false;
        const link = await open(onTaken).catch((error: unknown) => {
          isMute = takenAt !== undefined && error instanceof StalledConnection;
          return outOfReach(error) === undefined ? 'refused' : undefined;
        });
        if (isMute) await this.#tell(before, 'it takes connections, and answers nothing');
        clearTimeout(telling);
        if (link !== undefined) {
          if (link !== 'refused') {
            this.#options.reporter.settled(this);
            await this.#judge(link, (takenAt ?? begun) - since, receivedBy);
          }
          this.#unanswered = undefined;
          pause = Math.min(longestPauseMs, Math.max(1000, pause * 2));
          notBefore = performance.now() + pause;
        }
        if (performance.now() - begun > lookEveryMs) continue;
      }
      await delay(lookEveryMs, undefined, { ref: false });
    }
    this.#quiet.clear();
    // Where connections have ended instead, who needs them tells what becomes of that.
    if (this.#hasCome) this.#options.reporter.settled(this);
    else this.#options.reporter.abandoned(this);
  }

  /** A new connection has not come through, or to an answer, for a while: nor does anything else, unless the line is merely slow. */
  async #tell(before: number, why: string): Promise<void> {
    if (this.#options.received() > before) return;
    const silences = await this.#look();
    if (silences === undefined || this.#quiet.size === 0) return;
    const all = [...silences];
    if (all.length === 0 || !all.every(([, silence]) => silence.quietMs >= toldAfterMs && isSuspect(silence)))
      return;
    const quietMs = Math.max(...all.map(([, silence]) => silence.quietMs));
    const place = addressText(all[0]![0].address);
    this.#hasCome = false;
    const message = `${place}: nothing has come for ${Math.round(quietMs / 1000)} s, and ${why}`;
    this.#options.reporter.waiting(this, performance.now() - quietMs, message);
  }

  /** What is known of those that are quiet still; undefined where nobody tells. */
  async #look(): Promise<Map<Connection, Silence> | undefined> {
    const states = await readTcpStates();
    if (states === undefined) return undefined;
    const silences = new Map<Connection, Silence>();
    for (const connection of this.#quiet) {
      const tcp = connection.ports && states(connection.ports);
      const nudgedMs = this.#nudges.unheardMs(connection);
      if (tcp !== undefined && nudgedMs === undefined && isMoving(tcp, this.#unacknowledged.get(connection)))
        connection.moved();
      if (tcp !== undefined) this.#unacknowledged.set(connection, tcp.unacknowledged);
      const { quietMs } = connection;
      if (quietMs < lookEveryMs) {
        this.#quiet.delete(connection);
        this.#hasCome ||= connection.isOpen;
        connection.watchSilence();
        continue;
      }
      if (tcp !== undefined) silences.set(connection, { quietMs, tcp, nudgedMs });
    }
    return silences;
  }

  /** `receivedBy`: bytes that had come from the broker when it took the link's connection. */
  async #judge(link: Link, unreachableMs: number, receivedBy: number): Promise<void> {
    const { roundTrip: roundTripMs } = link.connection;
    let isTaken = false;
    for (let isWaiting = true; isWaiting && link.connection.isOpen; ) {
      isWaiting = false;
      const silences = (await this.#look()) ?? [];
      const isUsed = this.#options.received() - receivedBy > usedBytes;
      for (const [connection, silence] of silences) {
        const verdict = verdictOn(silence, { unreachableMs, roundTripMs, isUsed });
        if (verdict === 'wait') isWaiting = true;
        if (verdict !== 'dead') continue;
        if (!isTaken) this.#keep(link);
        isTaken = true;
        const seconds = Math.round(silence.quietMs / 1000);
        const place = addressText(connection.address);
        connection.abandon(
          new LeftBehind(`${place}: nothing came for ${seconds} s, and another connection comes through`),
        );
      }
      if (isWaiting)
        await delay(Math.min(lookEveryMs, Math.max(50, roundTripMs / 2)), undefined, { ref: false });
    }
    if (!isTaken) link.connection.close();
  }

  #keep(link: Link): void {
    this.#spare = link;
    setTimeout(() => {
      if (this.#spare === link) this.take()?.connection.close();
    }, keptMs).unref();
  }
}
