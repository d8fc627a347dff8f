/** A server of HTTPS with HTTP/2 and HTTP/1.1. */
import type { RequestListener, Server } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../../errors.ts';
import { limits, type TlsOptions } from './options.ts';

/** What listens, by either protocol. */
export type RawServer = Server | Http2SecureServer;

/** Throws ConfigurationError when the certificate is not good. */
export function createTlsServer(tls: TlsOptions, listener: RequestListener): Server {
  const settings = {
    allowHTTP1: true,
    cert: tls.certificate,
    key: tls.key,
    maxHeaderSize: limits.headerBytes,
    connectionsCheckingInterval: limits.look,
    handshakeTimeout: limits.headers,
    settings: { maxConcurrentStreams: limits.streams },
  };
  try {
    // Its requests and responses are those of HTTP/1.1 by a layer of Node's, in all that is used here.
    return createSecureServer(settings, listener as never) as unknown as Server;
  } catch (cause) {
    throw new ConfigurationError(
      'the certificate and its key cannot be used: check that both are PEM and belong together',
      { cause },
    );
  }
}

/** Without a slash at the end. */
export function urlOf(server: RawServer, host: string, secure: boolean): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `${secure ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
