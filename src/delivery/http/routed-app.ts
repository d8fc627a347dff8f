/** Fastify for what is asked now and then, as the servers of pages have it. */
import type { RequestListener, Server } from 'node:http';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from '../../log.ts';

/** `serverFactory` makes the server that its routes stand behind. */
export function routedApp(serverFactory: (next: RequestListener) => Server, logger: Logger): FastifyInstance {
  const app = Fastify({
    serverFactory,
    // That it listens is told by whoever has started it.
    loggerInstance: logger.child({}, { level: logger.isLevelEnabled('debug') ? 'debug' : 'warn' }),
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: false,
    // What begins slowly, on a machine that is busy, begins all the same.
    pluginTimeout: 0,
    bodyLimit: 1024,
    routerOptions: { maxParamLength: 100 },
  });
  return app as unknown as FastifyInstance;
}
