/** The other end of a datagram. */
import { isIPv6 } from 'node:net';

/** Where a datagram comes from, or goes to. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** An address and a port as they are written. */
export function nameOf({ address, port }: Remote): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv6(plain) ? `[${plain}]:${port}` : `${plain}:${port}`;
}
