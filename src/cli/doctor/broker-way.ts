/** The way to a broker: whether it takes connections at the address that the cluster names, and whether packets of full size get there. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import { paddedRequest } from '../../kafka/cluster/padded-request.ts';
import type { BrokerDescription } from '../../kafka/contract.ts';
import type { Finding } from './finding.ts';

/** Milliseconds that a broker may take to accept a connection, or to answer. */
const usualPatience = 5000;
/** More than fits into two packets of any usual network. */
const large = 4000;

export interface WayOptions {
  /** True where the listener speaks Kafka without TLS. In a handshake of TLS packets are large already. */
  readonly isPlain: boolean;
  readonly patience?: number;
}

/** What is wrong with it; undefined when all is well. Never rejects. */
export async function examineWay(
  { id, host, port }: BrokerDescription,
  { isPlain, patience = usualPatience }: WayOptions,
): Promise<Finding | undefined> {
  const problem = (message: string, remedy: string): Finding => {
    return { check: 'Broker', status: 'problem', message, remedy };
  };
  const named = `the cluster names broker ${id} at ${host}:${port}, which`;
  const socket = connect({ host, port });
  try {
    const reason = await taken(socket, patience);
    if (reason !== undefined) {
      return problem(
        `${named} cannot be reached from here: ${reason}`,
        'advertised.listeners of that broker must hold an address that clients can resolve and reach',
      );
    }
    if (!isPlain) return undefined;
    if (!(await isAnswered(socket, paddedRequest(0, 1), patience))) {
      return problem(
        `${named} takes connections, and answers nothing`,
        'see that the broker is well, and that what stands between (a proxy, a balancer, a tunnel) leads to it',
      );
    }
    if (await isAnswered(socket, paddedRequest(large, 2), patience)) return undefined;
    return problem(
      `${named} answers small requests, and none of ${large} bytes: packets of full size are lost on the way, as in a VPN or a tunnel that carries smaller ones, where nobody says so (ICMP is filtered)`,
      'lower the MTU of this machine, e.g. `ip link set dev eth0 mtu 1280`, or have Linux find it: `sysctl net.ipv4.tcp_mtu_probing=1`, at the broker too',
    );
  } finally {
    socket.destroy();
  }
}

/** Why nobody took the connection; undefined: somebody did. */
function taken(socket: Socket, patience: number): Promise<string | undefined> {
  return new Promise((settle) => {
    socket.setTimeout(patience, () => socket.destroy(new Error(`no answer within ${patience / 1000}s`)));
    socket.once('connect', () => {
      socket.setTimeout(0);
      settle(undefined);
    });
    socket.once('error', (error) => settle(describeError(error)));
    // What comes later is no news.
    socket.on('error', () => {});
  });
}

/** False where it hung up, or said nothing for too long. */
async function isAnswered(socket: Socket, request: Buffer, patience: number): Promise<boolean> {
  const over = new AbortController();
  const heard = new Promise<boolean>((settle) => {
    socket.once('data', () => settle(true));
    socket.once('close', () => settle(false));
  });
  socket.write(request);
  const late = delay(patience, false, { signal: over.signal, ref: false }).catch(() => false);
  const answered = await Promise.race([heard, late]);
  over.abort();
  return answered;
}
