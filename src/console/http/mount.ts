/** All routes of the console, on a server of its own or beside those of live video. */
import type { FastifyInstance } from 'fastify';
import { readAssets } from '../../delivery/http/assets.ts';
import { describeError } from '../../errors.ts';
import { KafkaError } from '../../kafka/contract.ts';
import type { Logger } from '../../log.ts';
import { type ConsoleModel, TooBusy } from '../contract.ts';
import type { Access } from './access/access.ts';
import { Guard } from './access/guard.ts';
import type { OidcLogin } from './access/oidc.ts';
import { addOidcRoutes } from './access/oidc-routes.ts';
import { addSessionRoutes } from './access/routes.ts';
import { type Actions, addActions } from './actions.ts';
import { addApi, sessionOf } from './api.ts';
import { EventStreams } from './events.ts';
import { addFiles, type FetchCounts, type FileBytes } from './files/routes.ts';
import { addPage } from './page.ts';
import type { Uploads } from './uploads/uploads.ts';

/** What the routes are made of. */
export interface ConsoleServices {
  readonly model: ConsoleModel;
  readonly access: Access;
  readonly login?: OidcLogin | undefined;
  readonly bytes: FileBytes;
  readonly actions: Actions;
  /** Absent: nothing can be dropped. */
  readonly uploads?: Uploads | undefined;
  /** Of Sluice. */
  readonly version: string;
  /** What is listened on. */
  readonly host: string;
  /** Where browsers find the server, where that is not there; without a slash at the end. */
  readonly url?: string | undefined;
  /** Browsers reach it by TLS. */
  readonly isSecure: boolean;
  readonly logger: Logger;
}

/** The console on a server. */
export interface MountedConsole {
  readonly counts: FetchCounts;
  readonly events: EventStreams;
}

/** Adds its routes, all of them below `/console`. */
export async function mountConsole(app: FastifyInstance, services: ConsoleServices): Promise<MountedConsole> {
  const { model, access, login, uploads, host, url, isSecure, logger, version } = services;
  const guard = new Guard(access, { host, url });
  const drops = (): string | undefined => uploads?.outbox.trouble;
  const events = new EventStreams(model, {}, drops);
  if (uploads !== undefined)
    uploads.outbox.onTrouble = (message) => events.tell('drops', message === undefined ? {} : { message });
  // They would not end by themselves.
  app.addHook('preClose', async () => events.close());
  const counts: FetchCounts = { underWay: 0, whole: 0, broken: 0 };
  const context = { model, access, guard, events, version, uploader: uploads?.uploader, drops };
  const assets = await readAssets('console');
  await app.register(
    async (scope) => {
      guard.standBefore(scope);
      scope.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
        // Whoever looks finds the same in `trouble`.
        if (error instanceof KafkaError || error instanceof TooBusy)
          return reply
            .code(503)
            .header('retry-after', '5')
            .send({ message: describeError(error) });
        const { statusCode = 500, message } = error;
        if (statusCode < 500) return reply.code(statusCode).send({ message });
        logger.error(
          { reason: describeError(error), stack: error.stack },
          'a request to the console has failed',
        );
        return reply
          .code(500)
          .send({ message: 'something went wrong here: the log of the console says what' });
      });
      addPage(scope, assets);
      addSessionRoutes(scope, { access, isSecure, sessionOf: (caller) => sessionOf(context, caller) });
      if (login !== undefined) addOidcRoutes(scope, { access, login, isSecure, url, logger });
      addApi(scope, context);
      addFiles(scope, { model, bytes: services.bytes, logger, counts });
      uploads?.addRoutes(scope);
      addActions(scope, { actions: services.actions, guard, logger });
      const anybody = { config: { role: 'anybody' } } as const;
      // Answered here and by 404: what other servers allow to everybody's pages is not allowed here.
      scope.all('/*', anybody, (_request, reply) =>
        reply.code(404).send({ message: 'there is no such path' }),
      );
    },
    { prefix: '/console' },
  );
  return { counts, events };
}
