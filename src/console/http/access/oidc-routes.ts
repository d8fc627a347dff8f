/** `login` and `login/back`: to the provider of OpenID Connect, and back from it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { type Access, cookieOf } from './access.ts';
import { LoginRefused } from './login-refused.ts';
import type { OidcLogin } from './oidc.ts';
import { keepToken } from './routes.ts';

export interface OidcRoutes {
  readonly access: Access;
  readonly login: OidcLogin;
  readonly isSecure: boolean;
  /** Where browsers find the server, without a slash at the end; undefined: by the name that they use. */
  readonly url?: string | undefined;
  readonly logger: Logger;
}

const loginCookie = 'sluice-console-login';

export function addOidcRoutes(scope: FastifyInstance, routes: OidcRoutes): void {
  const { access, login, isSecure, url, logger } = routes;
  const entrance = { config: { role: 'anybody', isEntrance: true } } as const;
  // The provider leads here from its own site: what it is to be compared with has to come along.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const failed = (reply: FastifyReply, error: unknown): FastifyReply => {
    const isRefusal = error instanceof LoginRefused;
    logger.warn({ reason: describeError(error) }, 'a login has failed');
    reply.header('set-cookie', `${loginCookie}=; ${attributes}; Max-Age=0`);
    return reply
      .code(isRefusal ? 403 : 502)
      .type('text/plain; charset=utf-8')
      .send(`${describeError(error)}\n`);
  };
  scope.get('/login', entrance, async (request, reply) => {
    try {
      const own = url ?? `${isSecure ? 'https' : 'http'}://${hostOf(request)}`;
      const { url: there, pending } = await login.begin(`${own}/console/login/back`);
      const sealed = access.seal(JSON.stringify(pending));
      reply.header('set-cookie', `${loginCookie}=${sealed}; ${attributes}; Max-Age=600`);
      return reply.redirect(there);
    } catch (error) {
      return failed(reply, error);
    }
  });
  scope.get('/login/back', entrance, async (request, reply) => {
    const sealed = cookieOf(request.headers.cookie, loginCookie);
    const search = /\?.*$/.exec(request.raw.url ?? '')?.[0] ?? '';
    try {
      const permit = await login.end(search, sealed === undefined ? undefined : access.unseal(sealed));
      keepToken(reply, access.tokenFor(permit), permit, { isSecure });
      logger.info({ user: permit.user, role: permit.role }, 'somebody was let in');
      // Seen as one of the provider's, this request brings no cookie of ours on; the page's own do.
      return reply
        .header('refresh', '0; url=../')
        .type('text/plain; charset=utf-8')
        .send('You are let in.\n');
    } catch (error) {
      return failed(reply, error);
    }
  });
}

function hostOf({ headers }: FastifyRequest): string {
  const { host, ':authority': authority } = headers;
  return host ?? (typeof authority === 'string' ? authority : 'localhost');
}
