/** Saying who one is: by a token, and no more. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Session } from '../../contract.ts';
import type { Access, Caller } from './access.ts';
import { refuse } from './guard.ts';
import type { Permit } from './tokens.ts';

export interface SessionRoutes {
  readonly access: Access;
  /** Browsers reach us by TLS alone. */
  readonly isSecure: boolean;
  readonly sessionOf: (caller: Caller) => Session;
}

const given = z.object({ token: z.string().min(1).max(400) });

export function addSessionRoutes(scope: FastifyInstance, routes: SessionRoutes): void {
  const { access, sessionOf } = routes;
  const anybody = { config: { role: 'anybody' }, bodyLimit: 4096 } as const;
  scope.post('/api/session', anybody, (request, reply) => {
    const read = given.safeParse(request.body);
    const permit = read.success ? access.permitOf(read.data.token) : undefined;
    if (!read.success || permit === undefined)
      return refuse(reply, 401, {
        message: 'the token is not valid, or has expired: ask for a new one',
        ways: access.ways,
      });
    keepToken(reply, read.data.token, permit, routes);
    const cookie = `${access.cookie}=${read.data.token}`;
    return sessionOf(access.callerOf({ cookie })!);
  });
  scope.delete('/api/session', anybody, (_request, reply) => {
    reply.header('set-cookie', `${access.cookie}=; ${attributes(routes.isSecure)}; Max-Age=0`);
    return reply.code(204).send();
  });
}

/** Has the browser send it with each request to the console, and nobody else's page read it or have it sent. */
export function keepToken(
  reply: FastifyReply,
  token: string,
  { expires }: Permit,
  { access, isSecure }: Pick<SessionRoutes, 'access' | 'isSecure'>,
): void {
  const left = Math.max(0, Math.floor((expires - Date.now()) / 1000));
  reply.header('set-cookie', `${access.cookie}=${token}; ${attributes(isSecure)}; Max-Age=${left}`);
}

function attributes(isSecure: boolean): string {
  return `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
