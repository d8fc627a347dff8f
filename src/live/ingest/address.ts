/** Addresses of strangers, as they are told. Pure. */
import { isIPv6 } from 'node:net';

/** An address and a port as they are written: `192.0.2.7:4711`, `[2001:db8::1]:4711`. */
export function nameOf({ address, port }: { readonly address: string; readonly port: number }): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv6(plain) ? `[${plain}]:${port}` : `${plain}:${port}`;
}

/** The address of what {@link nameOf} has written. */
export function hostOf(name: string): string {
  return name.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
