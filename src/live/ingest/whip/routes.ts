/** WHIP's requests (RFC 9725, 4): an offer is POSTed, candidates are PATCHed, and a session is DELETEd. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nameOf } from '../address.ts';
import { type IceServer, iceLinks } from './ice-servers.ts';
import { type Problem, problems } from './problem.ts';
import { readFragment } from './sdp/fragment.ts';
import { readOffer } from './sdp/offer.ts';
import type { Sessions, StandingSession } from './sessions.ts';

export interface RoutesOptions {
  readonly sessions: () => Promise<Sessions>;
  readonly iceServers: readonly IceServer[];
  readonly origin: string;
}

const sdp = 'application/sdp';
const fragment = 'application/trickle-ice-sdpfrag';
const endpoint = '/whip/:stream';
const resource = '/whip/:stream/:session';

interface OfStream {
  Params: { stream: string };
}
interface OfSession {
  Params: { stream: string; session: string };
}

export function addWhipRoutes(app: FastifyInstance, options: RoutesOptions): void {
  app.addContentTypeParser([sdp, fragment], { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, undefined));
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
    if (routeOptions.url === endpoint || routeOptions.url === resource) addCors(reply, options.origin);
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    if (error.statusCode === problems.tooLarge.status) return tell(reply, problems.tooLarge);
    const status = error.statusCode ?? 500;
    if (status >= 500) reply.log.error(error);
    return tell(reply, {
      status,
      message: status >= 500 ? 'this went wrong here: see the log' : error.message,
    });
  });
  app.setNotFoundHandler((_request, reply) => tell(reply, { status: 404, message: 'there is no such path' }));
  app.post<OfStream>(endpoint, (request, reply) => offer(options, request, reply));
  app.patch<OfSession>(resource, (request, reply) => patch(options, request, reply));
  app.delete<OfSession>(resource, (request, reply) => end(options, request, reply));
  app.options(endpoint, (_request, reply) => preflight(reply, 'POST').header('accept-post', sdp).send());
  app.options(resource, (_request, reply) =>
    preflight(reply, 'PATCH, DELETE').header('accept-patch', fragment).send(),
  );
  // RFC 9725, 4.1: others are kept for what may come.
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
    url: endpoint,
    handler: (_request, reply) => notAllowed(reply, 'POST, OPTIONS'),
  });
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT'],
    url: resource,
    handler: (_request, reply) => notAllowed(reply, 'PATCH, DELETE, OPTIONS'),
  });
}

async function offer(
  { sessions, iceServers }: RoutesOptions,
  request: FastifyRequest<OfStream>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (typeof request.body !== 'string' || !isOf(request, sdp)) return tell(reply, problems.notSdp);
  const key = keyOf(request);
  if (key === undefined) return tell(reply, problems.noKey);
  const read = readOffer(request.body);
  // RFC 9725, 4.2: what is asked for cannot be had.
  if ('problem' in read) return tell(reply, { status: 406, message: read.problem });
  const { stream } = request.params;
  const address = addressOf(request);
  const opened = await (await sessions()).open({ stream, key, address, offer: read.offer });
  if (!('standing' in opened)) return tell(reply, opened);
  const { standing, answer } = opened;
  const links = iceLinks(iceServers);
  if (links.length > 0) reply.header('link', links);
  return reply
    .code(201)
    .type(sdp)
    .header('location', `${prefixOf(request)}/whip/${encodeURIComponent(stream)}/${standing.id}`)
    .header('etag', standing.tag)
    .send(answer);
}

async function patch(
  options: RoutesOptions,
  request: FastifyRequest<OfSession>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const found = await find(options, request);
  if ('status' in found) return tell(reply, found);
  if (typeof request.body !== 'string' || !isOf(request, fragment)) return tell(reply, problems.notFragment);
  const match = request.headers['if-match'];
  const { iceUfrag, candidates } = readFragment(request.body);
  // RFC 9725, 4.3.3: who supports the one and not the other says 422.
  if (match === '*' || (iceUfrag !== undefined && iceUfrag !== found.offer.iceUfrag))
    return tell(reply, problems.restart);
  if (match === undefined) return tell(reply, problems.noTag);
  if (match !== found.tag) return tell(reply, problems.otherTag);
  for (const { candidate, mid } of candidates.slice(0, 100)) found.session.addCandidate(candidate, mid);
  return reply.code(204).send();
}

async function end(
  options: RoutesOptions,
  request: FastifyRequest<OfSession>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const found = await find(options, request);
  if ('status' in found) return tell(reply, found);
  found.session.end();
  return reply.code(200).send();
}

async function find(
  { sessions }: RoutesOptions,
  request: FastifyRequest<OfSession>,
): Promise<StandingSession | Problem> {
  const key = keyOf(request);
  if (key === undefined) return problems.noKey;
  const found = (await sessions()).find(request.params.session);
  if (found === undefined) return problems.noSession;
  return found.isOf(key) ? found : problems.otherKey;
}

function keyOf({ headers }: FastifyRequest<never> | FastifyRequest): string | undefined {
  return /^Bearer +(\S{1,4000})\s*$/i.exec(headers.authorization ?? '')?.[1];
}

/** Below what a proxy has us: it says so, as Traefik does; whoever else says it changes its own answer. */
function prefixOf({ headers }: FastifyRequest<OfStream>): string {
  const given = String(headers['x-forwarded-prefix'] ?? '').replace(/\/$/, '');
  return given.length <= 200 && /^(?:\/[\w.~-]+)+$/.test(given) ? given : '';
}

function addressOf({ socket }: FastifyRequest<OfStream>): string {
  return nameOf({ address: socket.remoteAddress ?? 'nowhere', port: socket.remotePort ?? 0 });
}

function isOf(
  request: { readonly headers: { readonly 'content-type'?: string | undefined } },
  type: string,
): boolean {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === type;
}

function tell(reply: FastifyReply, { status, message, headers = {} }: Problem): FastifyReply {
  return reply.code(status).headers(headers).type('text/plain; charset=utf-8').send(`${message}\n`);
}

function notAllowed(reply: FastifyReply, methods: string): FastifyReply {
  return tell(reply, { status: 405, message: `here one can ${methods}`, headers: { allow: methods } });
}

function addCors(reply: FastifyReply, origin: string): void {
  reply
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', 'Location, ETag, Link, Retry-After, WWW-Authenticate');
  if (origin !== '*') reply.header('vary', 'Origin');
}

function preflight(reply: FastifyReply, methods: string): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', `${methods}, OPTIONS`)
    .header('access-control-allow-headers', 'Authorization, Content-Type, If-Match')
    .header('access-control-max-age', '86400');
}
