/** What stands before every route of the console: whose page asks, who asks, and whether they may. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../../contract.ts';
import { secureHeaders } from '../headers.ts';
import type { Access, Caller, Way } from './access.ts';
import { type Expected, hostRefusal, siteRefusal } from './origin.ts';
import { mayDo } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask; of a route that says nothing: administrators. */
    readonly role?: Role | 'anybody';
    /** It is led to by links of others, and by the provider of OpenID Connect. */
    readonly isEntrance?: boolean;
  }
}

/** An answer to somebody who may not. */
export interface Refused {
  readonly message: string;
  /** How they could say who they are, of 401. */
  readonly ways?: readonly Way[];
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

export class Guard {
  readonly #access: Access;
  readonly #expected: Expected;
  readonly #callers = new WeakMap<FastifyRequest, Caller>();

  constructor(access: Access, expected: Expected) {
    this.#access = access;
    this.#expected = expected;
  }

  /** Of a request that was let through, to a route that is not for anybody. */
  callerOf(request: FastifyRequest): Caller {
    const caller = this.#callers.get(request);
    if (caller === undefined) throw new Error('a route for anybody asks who asks');
    return caller;
  }

  /** For all routes of `scope`. */
  standBefore(scope: FastifyInstance): void {
    scope.addHook('onRequest', async (request, reply) => {
      // The server around may be for pages of everybody.
      reply.removeHeader('access-control-allow-origin');
      reply.headers(secureHeaders).header('cache-control', 'no-store');
      const refused = this.#refusal(request);
      if (refused !== undefined) return refuse(reply, ...refused);
    });
  }

  #refusal(request: FastifyRequest): readonly [status: number, refused: Refused] | undefined {
    const { headers, method } = request;
    const { role = 'administer', isEntrance = false } = request.routeOptions.config;
    const changes = !safeMethods.includes(method);
    const stranger =
      hostRefusal(headers, this.#expected) ??
      (isEntrance ? undefined : siteRefusal(headers, changes, this.#expected.url));
    if (stranger !== undefined) return [403, { message: stranger }];
    if (role === 'anybody') return undefined;
    const caller = this.#access.callerOf(headers);
    if (caller === undefined)
      return [401, { message: 'say who you are: a token is needed', ways: this.#access.ways }];
    if (!mayDo(caller.role, role))
      return [403, { message: `this needs the role "${role}", and yours is "${caller.role}"` }];
    if (changes && !caller.isProgram && !this.#access.isRightCsrf(caller, headers['x-sluice-csrf']))
      return [403, { message: 'x-sluice-csrf is not what api/session says: load the page anew' }];
    this.#callers.set(request, caller);
    return undefined;
  }
}

/** Ends a request with a word why. */
export function refuse(reply: FastifyReply, status: number, refused: Refused): FastifyReply {
  const { method, raw } = reply.request;
  // A file of gigabytes that nobody wants is not to be read to its end.
  if (!safeMethods.includes(method) && raw.httpVersionMajor < 2) reply.header('connection', 'close');
  return reply.code(status).send(refused);
}
