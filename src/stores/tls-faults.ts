/** What of TLS no waiting mends. Pure. */
import { certificateCodes, untimely } from '../certificate-codes.ts';

/** What an answer without TLS looks like; as `EPROTO` comes much that may pass too. */
const plain = /wrong version number|packet length too long/i;

/** What a user of a store can do about it. */
export interface TlsAdvice {
  /** How authorities are named that are trusted, e.g. `NODE_EXTRA_CA_CERTS`. */
  readonly authorities: string;
  /** To go on `use a name that it carries`. */
  readonly otherName?: string;
}

/** Why a server is not spoken to, by the system's code and words, and what to do; undefined for all that may pass. */
export function tlsFault(code: string | undefined, message: string, advice: TlsAdvice): string | undefined {
  if (code === undefined) return undefined;
  if (certificateCodes.has(code))
    return `the server's certificate is not signed by a trusted authority (${code}): give its CA by ${advice.authorities}`;
  if (code === 'CERT_HAS_EXPIRED') return `the server's certificate ${untimely(code)}`;
  if (code === 'CERT_REVOKED') return "the server's certificate has been revoked: renew it";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the server's certificate is not for this host name: use a name that it carries${advice.otherName ?? ''}`;
  if (/^(?:EPROTO|ERR_SSL_\w+)$/.test(code) && plain.test(message))
    return 'this port does not speak TLS: write http:// where it is to be spoken to without, or use the port of TLS';
  return undefined;
}
