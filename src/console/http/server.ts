/** A server of the console's own. */
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AddressLimit } from '../../delivery/http/address-limit.ts';
import { limits, type TlsOptions } from '../../delivery/http/options.ts';
import { routedApp } from '../../delivery/http/routed-app.ts';
import { endSilent } from '../../delivery/http/silence.ts';
import { createTlsServer, type RawServer, urlOf } from '../../delivery/http/tls-server.ts';
import { ConfigurationError } from '../../errors.ts';
import { listenFault } from '../../listen-fault.ts';
import type { Logger } from '../../log.ts';
import { type ConsoleServices, type MountedConsole, mountConsole } from './mount.ts';

export interface ConsoleServerOptions {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
  readonly logger: Logger;
}

export interface ConsoleServer {
  /** Of the page. */
  readonly url: string;
  readonly mounted: MountedConsole;
  /** Ends event streams, lets what is under way end for two seconds, and cuts off the rest. Idempotent. */
  close(): Promise<void>;
}

/** Connections at a time, and of these from one address: a page has six by HTTP/1.1. */
const most = { connections: 1000, perAddress: 250 } as const;

/** Milliseconds without a byte on a connection. */
const idle = 60_000;

/** Rejects with ConfigurationError when it may not listen there, or the certificate is not good. */
export async function openConsoleServer(
  services: ConsoleServices,
  { host, port, tls, logger }: ConsoleServerOptions,
): Promise<ConsoleServer> {
  const app = createApp(tls, logger);
  const server = app.server as unknown as RawServer;
  const connections = new Set<Duplex>();
  setLimits(server, connections, logger);
  const mounted = await mountConsole(app, services);
  app.get('/', (_request, reply) => reply.redirect('console/'));
  try {
    await app.listen({ host, port });
  } catch (cause) {
    mounted.events.close();
    throw new ConfigurationError(
      listenFault({ host, port, portFlag: '--port' }, cause as NodeJS.ErrnoException),
      { cause },
    );
  }
  let closing: Promise<void> | undefined;
  return {
    url: `${urlOf(server, host, tls !== undefined)}/console/`,
    mounted,
    close() {
      closing ??= end();
      return closing;
    },
  };

  async function end(): Promise<void> {
    const closed = app.close();
    const closeIdle = setInterval(() => {
      if ('closeIdleConnections' in server) server.closeIdleConnections();
    }, 50);
    const cut = setTimeout(() => {
      for (const socket of connections) socket.destroy();
    }, limits.closing);
    await closed;
    clearInterval(closeIdle);
    clearTimeout(cut);
  }
}

function createApp(tls: TlsOptions | undefined, logger: Logger): FastifyInstance {
  const serverFactory = (listener: RequestListener) =>
    tls === undefined
      ? createServer(
          { maxHeaderSize: limits.headerBytes, connectionsCheckingInterval: limits.look },
          listener,
        )
      : createTlsServer(tls, listener);
  return routedApp(serverFactory, logger);
}

function setLimits(server: RawServer, connections: Set<Duplex>, logger: Logger): void {
  server.maxConnections = most.connections;
  endSilent(server, idle);
  const addresses = new AddressLimit(most.perAddress, logger);
  server.on('connection', (socket: Socket) => {
    if (!addresses.admit(socket)) return;
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  if (!('keepAliveTimeout' in server)) return;
  server.keepAliveTimeout = limits.keepAlive;
  server.headersTimeout = limits.headers;
  // A file of gigabytes takes as long as it takes; who stands still is sent away.
  server.requestTimeout = 0;
}
