/** One connection of a stranger, from its first word to its end. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Probe } from './probes.ts';

/** `cut`: the server has closed it; `left`: the stranger has; `failed`: there was none. */
export type Outcome = 'cut' | 'left' | 'failed';

export interface Visit {
  readonly outcome: Outcome;
  /** Bytes that came back. */
  readonly answered: number;
}

export interface VisitOptions {
  readonly port: number;
  /** An address of this machine that it comes from. */
  readonly from: string;
  readonly probe: Probe;
  /** Milliseconds that an answer is waited for; between two pieces of a slow one. */
  readonly patience: number;
  readonly pause: number;
  /** Milliseconds behind its last piece after which a slow one gives up. */
  readonly longest: number;
}

/** Milliseconds for which one that leaves at once still hears. */
const lingering = 50;

/** Never rejects. */
export async function visit({ port, from, probe, patience, pause, longest }: VisitOptions): Promise<Visit> {
  const where = { port, host: '127.0.0.1', localAddress: from };
  const socket = probe.tls === true ? connectTls({ ...where, rejectUnauthorized: false }) : connect(where);
  let answered = 0;
  let isConnected = false;
  const connected = Promise.withResolvers<void>();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const heard = Promise.withResolvers<void>();
  socket.on('error', () => {});
  socket.once('connect', () => {
    isConnected = true;
    connected.resolve();
    if (probe.manner === 'reset') socket.resetAndDestroy();
  });
  socket.on('data', (slice: Buffer) => {
    answered += slice.length;
    heard.resolve();
  });
  const isSlow = probe.manner === 'slow';
  const isGone = closed.then(() => true);
  await Promise.race([isGone, connected.promise]);
  for (const piece of probe.pieces) {
    if (socket.destroyed) break;
    socket.write(piece);
    if (isSlow) await Promise.race([isGone, delay(pause)]);
  }
  if (probe.manner === 'at once') socket.end();
  const limit = new AbortController();
  const waits = isSlow ? longest : probe.manner === 'answered' ? patience : lingering;
  const given = delay(waits, undefined, { signal: limit.signal }).catch(() => {});
  const enough = probe.manner === 'answered' ? heard.promise.then(() => delay(5)) : given;
  const isCut = await Promise.race([isGone, enough.then(() => false), given.then(() => false)]);
  limit.abort();
  socket.destroy();
  await closed;
  const outcome = !isConnected ? 'failed' : isCut ? 'cut' : 'left';
  return { outcome, answered };
}
