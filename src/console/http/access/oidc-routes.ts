/** `login` and `login/back`: to the provider of OpenID Connect, and back from it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { type Access, cookiesOf } from './access.ts';
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

/** One for each login, with the beginning of its state: two pages that begin one are not in each other's way. */
const loginCookie = 'sluice-console-login-';
/** Logins of one browser that may be under way: with many cookies a request would be too large. */
const mostLogins = 5;

export function addOidcRoutes(scope: FastifyInstance, routes: OidcRoutes): void {
  const { access, login, isSecure, url, logger } = routes;
  const entrance = { config: { role: 'anybody', isEntrance: true } } as const;
  // The provider leads here from its own site: what it is to be compared with has to come along.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const forgotten = (name: string): string => `${name}=; ${attributes}; Max-Age=0`;
  const failed = (reply: FastifyReply, error: unknown): FastifyReply => {
    const isRefusal = error instanceof LoginRefused;
    logger.warn({ reason: describeError(error) }, 'a login has failed');
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
      const name = nameOf(pending.state);
      for (const old of loginsIn(request.headers.cookie).slice(mostLogins - 1))
        reply.header('set-cookie', forgotten(old));
      reply.header('set-cookie', `${name}=${sealed}; ${attributes}; Max-Age=600`);
      return reply.redirect(there);
    } catch (error) {
      return failed(reply, error);
    }
  });
  scope.get('/login/back', entrance, async (request, reply) => {
    const search = /\?.*$/.exec(request.raw.url ?? '')?.[0] ?? '';
    const name = nameOf(new URLSearchParams(search).get('state') ?? '');
    const [sealed] = cookiesOf(request.headers.cookie, name);
    // It can be ended once.
    if (sealed !== undefined) reply.header('set-cookie', forgotten(name));
    try {
      const permit = await login.end(search, sealed === undefined ? undefined : access.unseal(sealed));
      keepToken(reply, access.tokenFor(permit), permit, routes);
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

function nameOf(state: string): string {
  return loginCookie + state.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 12);
}

function loginsIn(header = ''): string[] {
  return header.split(';').flatMap((pair) => {
    const [name = ''] = pair.trim().split('=', 1);
    return name.startsWith(loginCookie) ? [name] : [];
  });
}

function hostOf({ headers }: FastifyRequest): string {
  const { host, ':authority': authority } = headers;
  return host ?? (typeof authority === 'string' ? authority : 'localhost');
}
