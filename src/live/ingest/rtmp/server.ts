/** Listens for senders that speak RTMP, plainly or through TLS. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ConfigurationError } from '../../../errors.ts';
import { listenFault } from '../../../listen-fault.ts';
import type { Logger } from '../../../log.ts';
import { nameOf } from '../address.ts';
import type { ConnectionLimit } from '../connection-limit.ts';
import type { Desk } from '../contract.ts';
import type { TlsFiles } from '../options.ts';
import { Sparing } from '../sparing.ts';
import { serveConnection } from './connection.ts';

export interface RtmpServerOptions {
  readonly desk: Desk;
  /** Undefined: everything. */
  readonly host?: string | undefined;
  /** 0: one that is free. */
  readonly port: number;
  /** RTMPS. */
  readonly tls?: TlsFiles | undefined;
  readonly limit: ConnectionLimit;
  readonly logger: Logger;
  /** Milliseconds for the handshake, and for all up to the command to publish. Default 5000, 15,000. */
  readonly waits?: { readonly handshake: number; readonly publish: number };
}

export interface RtmpServer {
  readonly port: number;
  /** Stops to listen, and cuts off who is still there. Idempotent. */
  close(): Promise<void>;
}

const usualWaits = { handshake: 5000, publish: 15_000 };

/** Rejects with ConfigurationError when it may not listen there, and for a certificate that is none. */
export async function openRtmpServer(options: RtmpServerOptions): Promise<RtmpServer> {
  const { desk, host, port, tls, limit, logger, waits = usualWaits } = options;
  const protocol = tls === undefined ? 'rtmp' : 'rtmps';
  const sockets = new Set<Socket>();
  const sparing = new Sparing();
  const tell = (address: string, message: string): void => {
    if (!sparing.may(address, performance.now())) return;
    const unsaid = sparing.takeUnsaid();
    logger.info({ protocol, address, ...(unsaid === 0 ? {} : { unsaid }) }, message);
  };
  const onRaw = (socket: Socket): void => {
    // Without a listener an error would end the process.
    socket.on('error', () => {});
    if (!limit.admit(socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
  };
  const onSocket = (socket: Socket): void => {
    if (socket.destroyed) return;
    socket.on('error', () => {});
    const { remoteAddress = 'nowhere', remotePort = 0 } = socket;
    const address = nameOf({ address: remoteAddress, port: remotePort });
    const onNote = (message: string): void => tell(address, message);
    void serveConnection({ socket, desk, protocol, address, waits, onNote });
  };
  const server = tls === undefined ? createServer(onSocket) : secureServer(tls, waits.handshake, onSocket);
  // Below TLS, so that who never says a word of it is counted too.
  server.prependListener('connection', onRaw);
  await listen(server, host, port, protocol);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function secureServer(tls: TlsFiles, handshakeTimeout: number, onSocket: (socket: Socket) => void): Server {
  try {
    const server = createTlsServer({ cert: tls.certificate, key: tls.key, handshakeTimeout }, onSocket);
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  } catch (cause) {
    throw new ConfigurationError(
      `--tls-cert and --tls-key are no certificate and its key: ${(cause as Error).message}`,
      { cause },
    );
  }
}

async function listen(
  server: Server,
  host: string | undefined,
  port: number,
  protocol: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ConfigurationError(
          listenFault({ what: protocol.toUpperCase(), host, port, portFlag: `--${protocol}-port` }, cause),
          { cause },
        ),
      ),
    );
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  server.removeAllListeners('error').on('error', () => {});
}
