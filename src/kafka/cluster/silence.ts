/**
 * Whether a connection on which an answer is due, and nothing comes, is dead in all but name. After a cut of the line TCP asks less and
 * less often whether it is back, and may not find out for half a minute; a new connection finds out at once. But a line may be slow, and a
 * broker may rightly take its time: what the kernel knows tells the one from the other. PURE.
 */
import type { TcpState } from './tcp-state.ts';

export interface Silence {
  /** Milliseconds since the last byte came, or since the first of the outstanding requests went out. */
  readonly quietMs: number;
  readonly tcp: TcpState;
  /** Milliseconds since the broker was told, in the middle of an answer, that the line is back; absent: it was not. See `nudge.ts`. */
  readonly nudgedMs?: number | undefined;
}

/** What another connection to the same broker has shown. */
export interface Probe {
  /** Milliseconds for which nobody took it before somebody did; 0: at once. */
  readonly unreachableMs: number;
  /** How long an answer takes on it, in milliseconds: on a line that is full, much longer than at best. */
  readonly roundTripMs: number;
  /** Others go on with answers since it was taken: the line is in use, and whoever is waited for keeps nobody from it. */
  readonly isUsed?: boolean;
}

/** So long a broker may take for an answer before anybody asks whether it can be reached. */
const patienceMs = 1000;
/** Unreachable for so long, which takes three lost packets in a row: the line was cut. */
const cutMs = 1500;
/** Sent again so often without an acknowledgement: the next time is far away, or soon will be. */
const retransmitsAfterCut = 2;
/** The same where nobody has seen a cut: a line may be congested, and a broker behind a NAT that has forgotten the connection. */
const retransmitsAtAll = 5;
/** What is sent again so soon may be awaited. */
const soonMs = 300;
/** What comes in answer to an acknowledgement is read so many milliseconds later, at the latest. */
const heardAfterMs = 100;
/** The same where the broker's system has to send again what was lost, and others use the line meanwhile. */
const sentAgainAfterMs = 1500;

/**
 * Bytes that were sent get there, however slowly: over 64 kb/s a record takes minutes, and no answer comes before all of it is there. What is
 * on its way and need not be sent again is one; who has taken in more since the last look, when so many were unacknowledged, is another.
 */
export function isMoving(tcp: TcpState, before: number | undefined): boolean {
  const isOnItsWay = tcp.unacknowledged > 0 && tcp.retransmits === 0 && tcp.retransmitIn !== undefined;
  return isOnItsWay || (before !== undefined && tcp.unacknowledged < before);
}

/** True when it is worth asking, by another connection, whether the broker can be reached. */
export function isSuspect({ quietMs, tcp }: Silence): boolean {
  // Without a time at which it is sent again the other side has no room for it: whoever should take it in does not.
  const isDelivered = tcp.unacknowledged === 0 || tcp.retransmitIn === undefined;
  return tcp.retransmits >= 2 || (isDelivered && quietMs >= patienceMs);
}

/** Judged when another connection stands. `wait`: look again in a moment. */
export function verdictOn(
  { quietMs, tcp, nudgedMs }: Silence,
  { unreachableMs, roundTripMs, isUsed = false }: Probe,
): 'well' | 'wait' | 'dead' {
  const wasCut = unreachableMs >= cutMs + roundTripMs && quietMs >= unreachableMs;
  if (wasCut && nudgedMs !== undefined) {
    // The broker's system has acknowledged it, and has not taken it for a reason to send.
    const trips = tcp.unacknowledged === 0 ? 1 : 2;
    const most = trips * roundTripMs + (isUsed ? sentAgainAfterMs : heardAfterMs);
    return nudgedMs < most ? 'wait' : 'dead';
  }
  if (tcp.unacknowledged === 0) {
    // The broker has what was asked of it. Its answer hangs, if the line was cut since; otherwise it is being worked on.
    return wasCut ? 'dead' : 'well';
  }
  if (tcp.retransmits < (wasCut ? retransmitsAfterCut : retransmitsAtAll)) return 'well';
  return tcp.retransmitIn !== undefined && tcp.retransmitIn <= soonMs ? 'wait' : 'dead';
}
