/** The delivery server: listens, hands `/live/` to its routes and the rest to Fastify, and ends in good order. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ConfigurationError } from '../../errors.ts';
import { listenFault } from '../../listen-fault.ts';
import { silentLogger } from '../../log.ts';
import type { Registry } from '../../metrics.ts';
import type { Streams } from '../contract.ts';
import { AddressLimit, shareOfAddress } from './address-limit.ts';
import { addApi } from './api.ts';
import { readAssets } from './assets.ts';
import { Channels } from './channels.ts';
import { addFastPath, type FastPath } from './fast-path/fast-path.ts';
import { LiveRoutes } from './live-routes.ts';
import { DeliveryMetrics } from './metrics.ts';
import { Misses } from './misses.ts';
import { type DeliveryOptions, deliveryDefaults, limits } from './options.ts';
import { type Incoming, type Outgoing, Replies } from './replies.ts';
import { Reports } from './reports.ts';
import { routedApp } from './routed-app.ts';
import { endSilent } from './silence.ts';
import { Snapshots } from './snapshot.ts';
import { SocketRoutes } from './socket-routes.ts';
import { createTexts } from './texts.ts';
import { createTlsServer, type RawServer, urlOf } from './tls-server.ts';
import { Gate } from './tokens.ts';

/** A server that listens. */
export interface DeliveryServer {
  /** Its own URL, without a slash at the end. */
  readonly url: string;
  /** All of its figures. */
  readonly registry: Registry;
  /** Who watches: by stream. */
  viewers(): ReadonlyMap<string, number>;
  /**
   * Stops to accept. Requests that wait have what comes within two seconds, and the last answer of each connection says that it is; then
   * those that still wait have 503, followers are told, and it resolves when all connections are closed; those that do not end by themselves
   * are cut off two seconds later. Idempotent.
   */
  close(): Promise<void>;
}

/** Starts to serve. Rejects with ConfigurationError when it may not listen there, or the certificate is not good. */
export async function serveStreams(streams: Streams, options: DeliveryOptions = {}): Promise<DeliveryServer> {
  const { logger = silentLogger } = options;
  const { host, port, cors, maxConnections, listed, idle, viewerReports } = {
    ...deliveryDefaults,
    ...definedOnly(options),
  };
  const reports = viewerReports === 'on' ? new Reports() : undefined;
  const texts = createTexts(listed);
  const replies = new Replies(cors);
  const gate = new Gate(options.watchKey);
  const snapshots = new Snapshots();
  const misses = new Misses();
  const metrics = new DeliveryMetrics(
    () => [...channels.all()].map((channel) => channel.figures()),
    [...(options.figures ?? []), ...(reports?.figures ?? [])],
  );
  const { registry } = metrics;
  const channels = new Channels({ streams, texts, replies, metrics, logger });
  let goes = false;
  const away = () => (goes ? 'this server goes; ask again, or another' : options.starting?.());
  const routes = new LiveRoutes({
    streams,
    channels,
    texts,
    replies,
    metrics,
    gate,
    snapshots,
    misses,
    logger,
    away,
  });
  const sockets = new SocketRoutes({ channels, routes, gate, metrics, logger, origin: cors, away });
  const { app, fastPath } = createApp(options, routes);
  const server = app.server as unknown as RawServer;
  setLimits(server, maxConnections);
  const addresses = new AddressLimit(options.maxPerAddress ?? shareOfAddress(maxConnections), logger);
  endSilent(server, idle);
  const connections = new Set<Duplex>();
  const sessions = new Set<Http2Session>();
  server.on('session', (session: Http2Session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('connection', (socket: Socket) => {
    if (!addresses.admit(socket)) return;
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    sockets.upgrade(request, socket, head),
  );
  const assets = await readAssets();
  const { unready = () => undefined, unwell = unready } = options;
  addApi(app, { streams, channels, gate, assets, registry, reports, origin: cors, unready, unwell });
  if (options.page !== undefined) {
    await options.page(app);
    // Whoever stands still is ended by `endSilent`.
    if ('requestTimeout' in server) server.requestTimeout = 0;
  }
  try {
    await app.listen({ host, port });
  } catch (cause) {
    channels.close();
    misses.close();
    throw new ConfigurationError(
      listenFault({ host, port, portFlag: '--port' }, cause as NodeJS.ErrnoException),
      { cause },
    );
  }
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(server, host, options.tls !== undefined),
    registry,
    viewers: () => new Map([...channels.all()].map(({ live, viewerCount }) => [live.name, viewerCount])),
    close() {
      closing ??= end();
      return closing;
    },
  };

  /** Resolves when nobody waits or asks any more, or has for long enough: by then each connection has had an answer that was its last. */
  async function lastAnswers(): Promise<void> {
    fastPath?.leave();
    // They take no new request, and end with the last answer.
    for (const session of sessions) session.close();
    const isQuiet = () =>
      connections.size === 0 ||
      ([...channels.all()].every((channel) => channel.waiting === 0) &&
        performance.now() - (fastPath?.activeAt ?? 0) > limits.lastRequests);
    const until = performance.now() + limits.leaving;
    while (!isQuiet() && performance.now() < until) await delay(20);
  }

  async function end(): Promise<void> {
    const closed = app.close();
    await lastAnswers();
    // Before those who wait are answered: they may ask again there and then.
    goes = true;
    channels.close();
    sockets.close();
    snapshots.close();
    misses.close();
    // Those that were answered just now keep their connection for the next request; there will be none.
    const idle = setInterval(() => {
      fastPath?.closeIdle();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
    }, 50);
    const cut = setTimeout(() => {
      for (const socket of connections) socket.destroy();
    }, limits.closing);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }
}

interface App {
  readonly app: FastifyInstance;
  readonly fastPath: FastPath | undefined;
}

function createApp({ tls, idle, logger = silentLogger }: DeliveryOptions, routes: LiveRoutes): App {
  let fastPath: FastPath | undefined;
  const serverFactory = (next: RequestListener): Server => {
    const listener: RequestListener = (request, response) => {
      // What is written to somebody who has just gone is an error of the answer, and nobody's concern.
      response.on('error', () => {});
      if (!routes.handle(request as Incoming, response as Outgoing)) next(request, response);
    };
    if (tls === undefined) {
      const server = createServer(
        { maxHeaderSize: limits.headerBytes, connectionsCheckingInterval: limits.look },
        listener,
      );
      fastPath = addFastPath(server, (request, response) => routes.handle(request, response), idle);
      return server;
    }
    return createTlsServer(tls, listener);
  };
  return { app: routedApp(serverFactory, logger), fastPath };
}

function setLimits(server: RawServer, maxConnections: number): void {
  server.maxConnections = maxConnections;
  if (!('keepAliveTimeout' in server)) return;
  server.keepAliveTimeout = limits.keepAlive;
  server.headersTimeout = limits.headers;
  server.requestTimeout = limits.headers;
}

function definedOnly<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
