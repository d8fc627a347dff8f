/** The server of WHIP (RFC 9725): listens, and hands the page for senders out beside it. */
import type { AddressInfo, Socket } from 'node:net';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { ConfigurationError } from '../../../errors.ts';
import { listenFault } from '../../../listen-fault.ts';
import type { Logger } from '../../../log.ts';
import type { ConnectionLimit } from '../connection-limit.ts';
import type { Desk } from '../contract.ts';
import type { PageServer, TlsFiles } from '../options.ts';
import { loadPeers } from './datachannel.ts';
import type { IceServer } from './ice-servers.ts';
import type { OpenPeers } from './peer.ts';
import { addWhipRoutes } from './routes.ts';
import type { SessionTiming } from './session.ts';
import { Sessions } from './sessions.ts';

export interface WhipOptions {
  /** Undefined: everything. */
  readonly host?: string | undefined;
  /** Of TCP, for offers and the page; media come by UDP on the same one. 0: any. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  readonly desk: Desk;
  /** IP addresses at which this machine is reached from outside, where they are none of its own (NAT, a cloud). */
  readonly addresses?: readonly string[];
  readonly iceServers?: readonly IceServer[];
  /** Whose pages may send: a value of Access-Control-Allow-Origin. Default `*`: a key is needed anyhow. */
  readonly origin?: string;
  /** Adds the page's own routes. */
  readonly page?: ((app: PageServer) => Promise<void>) | undefined;
  readonly limit: ConnectionLimit;
  readonly logger: Logger;
  readonly timing?: Partial<SessionTiming>;
  /** Instead of the library's. */
  readonly peers?: OpenPeers;
}

export interface WhipServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Ends all sessions in good order. Idempotent. */
  close(): Promise<void>;
}

/** An offer of a browser has 10 kB. */
const bodyLimit = 64 * 1024;

/** Rejects with ConfigurationError where the library is missing, or it may not listen there. */
export async function serveWhip(options: WhipOptions): Promise<WhipServer> {
  const { host = '::', port, tls, desk, addresses = [], limit, logger, timing } = options;
  const isEverywhere = host === '0.0.0.0' || host === '::';
  // Found to be missing before anything listens.
  const openPeers = options.peers ?? (await loadPeers());
  const app = Fastify({
    ...(tls === undefined ? {} : { https: { cert: tls.certificate, key: tls.key } }),
    loggerInstance: logger.child({}, { level: logger.isLevelEnabled('debug') ? 'debug' : 'warn' }),
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit,
    requestTimeout: 20_000,
    routerOptions: { maxParamLength: 100 },
  }) as unknown as FastifyInstance;
  app.server.prependListener('connection', (socket: Socket) => limit.admit(socket));
  // Its port is that of media, too.
  const listening = Promise.withResolvers<Sessions>();
  listening.promise.catch(() => {});
  addWhipRoutes(app, {
    sessions: () => listening.promise,
    iceServers: options.iceServers ?? [],
    origin: options.origin ?? '*',
  });
  await options.page?.(app);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new ConfigurationError(
      listenFault({ what: 'WHIP', host, port, portFlag: '--whip-port' }, cause as NodeJS.ErrnoException),
      { cause },
    );
  }
  const own = (app.server.address() as AddressInfo).port;
  const peers = await openPeers({ host: isEverywhere ? undefined : host, port: own, logger }).catch(
    async (error: unknown) => {
      listening.reject(error);
      await app.close();
      throw error;
    },
  );
  const sessions = new Sessions({
    desk,
    peers,
    addresses,
    port: own,
    logger,
    ...(timing === undefined ? {} : { timing }),
  });
  listening.resolve(sessions);
  const name = isEverywhere ? 'localhost' : host;
  let closing: Promise<void> | undefined;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${own}`,
    port: own,
    close() {
      closing ??= end();
      return closing;
    },
  };

  async function end(): Promise<void> {
    await sessions.close();
    await app.close();
    peers.close();
  }
}
