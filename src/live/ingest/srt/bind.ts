/** A UDP socket for all senders. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { ConfigurationError } from '../../../errors.ts';
import { listenFault } from '../../../listen-fault.ts';

/** Bytes that the system holds for us while we do something else; it may give less. */
const held = 4 * 1024 * 1024;

/** Bound to `host`, or to all addresses of both kinds where the machine has both. */
export async function bindSocket(host: string | undefined, port: number): Promise<Socket> {
  if (host !== undefined) return bound(isIPv4(host) ? 'udp4' : 'udp6', host, port);
  try {
    return await bound('udp6', '::', port);
  } catch (error) {
    if (!isWithoutIpv6(error)) throw error;
    return bound('udp4', '0.0.0.0', port);
  }
}

function isWithoutIpv6(error: unknown): boolean {
  const { cause } = error as Error;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
}

async function bound(type: 'udp4' | 'udp6', address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type, recvBufferSize: held, sendBufferSize: held });
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    throw new ConfigurationError(
      listenFault(
        { what: 'SRT (UDP)', host: address, port, portFlag: '--srt-port' },
        error as NodeJS.ErrnoException,
      ),
      { cause: error },
    );
  }
}
