/** Opens a socket to a broker, plain or TLS, and says in clear words why it could not. */

import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { certificateCodes, untimely } from '../../certificate-codes.ts';
import { KafkaError } from '../contract.ts';
import type { Address } from '../settings.ts';
import { NetworkFailure } from './failures.ts';
import { Unanswered } from './out-of-reach.ts';

/** True for the first bytes of a server that speaks TLS: an alert or a handshake (RFC 8446, section 5.1). */
export function isTlsRecord(bytes: Uint8Array, length: number): boolean {
  return length >= 3 && (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 3 && bytes[2]! <= 4;
}

/** `host:port`, IPv6 in brackets. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export interface SocketOptions {
  readonly address: Address;
  /** The one of its host's IP addresses to connect to; absent: the system chooses. */
  readonly ip?: string;
  /** Absent: plain TCP. */
  readonly tls: ConnectionOptions | undefined;
  /** Milliseconds until the connection must stand, the TLS handshake included. */
  readonly connectTimeout: number;
  readonly sink: ByteSink;
  /** The other side has taken the connection, after so many milliseconds: one round trip. */
  readonly onTaken?: (milliseconds: number) => void;
  /** Ends the attempt, and later the connection. */
  readonly signal?: AbortSignal;
}

/** Takes what arrives. */
export interface ByteSink {
  /** The first `length` bytes of `bytes`, valid during the call only. */
  push(bytes: Uint8Array, length: number): void;
  /** Where the next bytes may be read to, so that nobody has to copy them there; asked for before each read. */
  readonly place: Uint8Array | undefined;
  /** Bytes to read at once, if they are not to be as many as there are. */
  readonly most?: number | undefined;
  /** The first `length` bytes of the last place have come. */
  filled(length: number): void;
}

/** Large enough that a frame of 1 MB takes few reads, small enough to stay in the processor's cache. */
const readBufferBytes = 256 * 1024;

/**
 * Silence after which the system asks whether the other side is still there. It is how a connection is found dead whose answer
 * may rightly take minutes, as that to a JoinGroup.
 */
const keepAliveMs = 50_000;

/**
 * Alerts by which a broker refuses a certificate, or finds no protocol or cipher in common (RFC 8446, section 6.2). Others tell of
 * spoiled bytes or of a broker that is not well.
 */
const refusingAlert =
  /ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION|INSUFFICIENT_SECURITY|ACCESS_DENIED|UNKNOWN_CA|UNRECOGNIZED_NAME|\w*CERTIFICATE\w*)$/;

/** What ended a connection that stood. The next one may stand longer, whatever it was. */
export function lostConnection(address: Address, error: Error): NetworkFailure {
  const reasons = error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;
  const reason = reasons || String(Reflect.get(error, 'code') ?? '');
  return new NetworkFailure(`${addressText(address)}: ${reason}${limitHint(error)}`, { cause: error });
}

function limitHint(error: Error): string {
  const isOfLimit = ['EMFILE', 'ENFILE'].includes(String(Reflect.get(error, 'code')));
  return isOfLimit ? ' (too many files are open: raise the limit, ulimit -n)' : '';
}

/** Translates what a socket emits before anything has been answered: refusals by TLS are final, all else may pass. */
export function socketError(address: Address, error: Error): KafkaError | NetworkFailure {
  const place = addressText(address);
  const code = String(Reflect.get(error, 'code') ?? '');
  const refused = (message: string) =>
    new KafkaError('authentication', `${place}: ${message}`, { cause: error });
  if (certificateCodes.has(code)) {
    return refused(
      `the broker's certificate is not signed by a trusted authority (${code}). Give its CA with ssl.truststore.location or ssl.ca.location`,
    );
  }
  const time = untimely(code);
  if (code === 'CERT_HAS_EXPIRED') return refused(`the broker's certificate ${time}`);
  // It will be, as soon as somebody has set the clock, or time has passed.
  if (time !== undefined)
    return new NetworkFailure(`${place}: the broker's certificate ${time}`, { cause: error });
  if (code === 'CERT_REVOKED') return refused("the broker's certificate has been revoked. Renew it");
  if (/CRL/.test(code)) {
    return refused(
      `the list of revoked certificates says nothing of the broker's (${code}). Give a newer one of its authority with ssl.crl.location`,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return refused(
      `the broker's certificate is not for this host name. Use a name that it carries, or set ssl.endpoint.identification.algorithm= (empty)`,
    );
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return refused(
      'this port does not speak TLS. Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port',
    );
  }
  if (refusingAlert.test(code)) {
    return refused(
      `the broker refuses our side of TLS (${code}). If it asks for client certificates, give one with ssl.keystore.location`,
    );
  }
  return lostConnection(address, error);
}

/** The same for what happens before the connection stands. Kafka's plaintext ports hang up on a TLS handshake. */
function openingError(address: Address, error: Error, tls: boolean): KafkaError | NetworkFailure {
  if (!tls || Reflect.get(error, 'code') !== 'ECONNRESET') return socketError(address, error);
  return new NetworkFailure(
    `${addressText(address)}: the broker closed the connection during the TLS handshake; does this port speak TLS, as security.protocol says?`,
    { cause: error },
  );
}

/** Reads into one buffer again and again, or right to where the bytes belong. */
function readInto(sink: ByteSink): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(readBufferBytes);
  let place: Uint8Array | undefined;
  return {
    buffer: () => {
      place = sink.place;
      const whole = place ?? buffer;
      const { most } = sink;
      return most === undefined ? whole : whole.subarray(0, most);
    },
    callback: (length) => {
      if (place) sink.filled(length);
      else sink.push(buffer, length);
      return true;
    },
  };
}

/** Opens a socket. Rejects with KafkaError `authentication` or NetworkFailure. */
export function openSocket(options: SocketOptions): Promise<Socket> {
  const { address, tls, sink, signal } = options;
  const common = {
    host: options.ip ?? address.host,
    port: address.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    onread: readInto(sink),
  };
  return new Promise((resolve, reject) => {
    const socket = tls
      ? connectTls({ ...(isIP(address.host) === 0 && { servername: address.host }), ...tls, ...common })
      : connectTcp(common);
    const begun = performance.now();
    let isTaken = false;
    const { connectTimeout } = options;
    const timer = setTimeout(() => {
      const silent = new Error(`no answer to the TLS handshake within ${Math.round(connectTimeout)} ms`);
      socket.destroy(isTaken ? silent : new Unanswered(connectTimeout));
    }, connectTimeout);
    socket.once('connect', () => {
      isTaken = true;
      options.onTaken?.(performance.now() - begun);
    });
    const abort = () => socket.destroy(new Error('the client was closed'));
    signal?.addEventListener('abort', abort);
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const failed = (error: Error) => {
      done();
      socket.on('error', () => {});
      reject(openingError(address, error, tls !== undefined));
    };
    socket.once('error', failed);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      done();
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
