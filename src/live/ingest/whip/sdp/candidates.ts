/** Where the other side can be reached (RFC 8839, 5.1). Pure. */
import { isIP } from 'node:net';

/** `line`: with or without `a=`. Only what can be sent to as it stands: names are not looked up for strangers, and of TCP nothing is spoken. */
export function isUsableCandidate(line: string): boolean {
  const [foundation = '', component, transport = '', , address = '', port = '', typ] = line
    .replace(/^(?:a=)?candidate:/, '')
    .split(' ');
  return (
    foundation !== '' &&
    component === '1' &&
    transport.toLowerCase() === 'udp' &&
    isIP(address) !== 0 &&
    Number(port) > 0 &&
    Number(port) < 65_536 &&
    typ === 'typ'
  );
}

/** As a candidate of our own: an address of a machine that hands on what comes to it. */
export function ownCandidate(address: string, port: number, index: number): string {
  const preference = 65_535 - index;
  return `a=candidate:p${index} 1 UDP ${2 ** 24 * 126 + 2 ** 8 * preference + 255} ${address} ${port} typ host`;
}
