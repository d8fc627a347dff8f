/** How long a server is waited for, and by which way it is reached. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Environment } from './account.ts';

/** Milliseconds. */
export interface AzureWaits {
  readonly connect: number;
  /** Without a byte either way, while something is read. */
  readonly silence: number;
  /** The same of what writes: its last bytes may still be in the system's buffers, and a list of many blocks takes its time. */
  readonly sent: number;
}

export const usualWaits: AzureWaits = { connect: 10_000, silence: 60_000, sent: 120_000 };

/** Connections at once: what waits for one is not under way. */
const connections = 64;

/** Connections to `endpoint` that end when nothing comes for so long. `env` names proxies. */
export function makeAgent(
  endpoint: string,
  { connect, silence }: { readonly connect: number; readonly silence: number },
  env: Environment,
): HttpAgent {
  const options = { keepAlive: true, maxSockets: connections, proxyEnv: { ...env }, timeout: silence };
  const agent = /^https:/.test(endpoint) ? new HttpsAgent(options) : new HttpAgent(options);
  const open = agent.createConnection.bind(agent);
  const watched = new WeakSet<object>();
  const watch = (socket: Socket | undefined): void => {
    if (socket === undefined || watched.has(socket)) return;
    watched.add(socket);
    end(socket, connect, silence);
  };
  // Through a proxy a connection is given later, and to the callback alone.
  agent.createConnection = (given, callback) => {
    const socket = open(given, (error, later) => {
      watch(later as Socket | undefined);
      callback?.(error, later);
    });
    watch((socket ?? undefined) as Socket | undefined);
    return socket;
  };
  return agent;
}

function end(socket: Socket, connect: number, silence: number): void {
  const timedOut = (milliseconds: number, what: string): void => {
    const error = new Error(`${what} for ${milliseconds / 1000} s`);
    socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  };
  socket.on('timeout', () => timedOut(silence, 'the server said nothing'));
  if (!socket.connecting) return;
  const timer = setTimeout(() => timedOut(connect, 'the server could not be reached'), connect);
  timer.unref();
  const connected = (): void => clearTimeout(timer);
  socket.once('connect', connected).once('close', connected);
}
