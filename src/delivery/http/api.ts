/** The routes beside media: the page, what it asks, and what operators ask. Called now and then, so Fastify routes them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { timeOfDay } from '../../live/time-of-day.ts';
import { metricsText, type Registry } from '../../metrics.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import type { LiveStream, StreamSummary, Streams } from '../contract.ts';
import { type Asset, contentSecurityPolicy } from './assets.ts';
import type { Channels } from './channels.ts';
import { hasAlready } from './conditions.ts';
import { type Incoming, takesGzip } from './replies.ts';
import type { Reports, Taken } from './reports.ts';
import { withToken } from './target.ts';
import type { Gate } from './tokens.ts';
import { playerOf } from './viewers.ts';

/** A line of `/api/streams`. Times of the day are milliseconds since the epoch of Unix, others seconds; bandwidth bits a second. */
export interface StreamDescription extends StreamSummary {
  readonly viewers: number;
  readonly renditions: readonly {
    readonly name: string;
    readonly codecs: string;
    readonly width: number;
    readonly height: number;
    readonly frameRate: number;
    readonly bandwidth: number;
  }[];
  readonly targets?: { readonly part: number; readonly segment: number };
  /** From when on Kafka has the present programme, and until when; absent: nothing is indexed yet. */
  readonly recorded?: { readonly from: number; readonly to: number };
  /** Relative to where this was asked for: a proxy may have put us below a path of its own. */
  readonly urls: Readonly<Record<'hls' | 'dash' | 'websocket' | 'mp4' | 'snapshot', string>>;
}

export interface ApiOptions {
  readonly streams: Streams;
  readonly channels: Channels;
  readonly gate: Gate;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly registry: Registry;
  /** Absent: pages are to tell nothing of how viewers fare. */
  readonly reports: Reports | undefined;
  readonly origin: string;
  readonly unready: () => string | undefined;
  readonly unwell: () => string | undefined;
}

const forOperators = ['/metrics', '/livez', '/readyz', '/healthz'];

export function addApi(app: FastifyInstance, options: ApiOptions): void {
  const { assets, registry, unready, unwell, origin } = options;
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    // What operators ask is for their tools, and not for the pages of others.
    if (!forOperators.includes(routeOptions.url ?? '')) reply.header('access-control-allow-origin', origin);
  });
  app.get('/', (request, reply) => sendAsset(request, reply, assets.get('index.html')));
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) =>
    sendAsset(request, reply, assets.get(request.params.name)),
  );
  app.get<{ Querystring: { token?: string } }>('/api/streams', (request, reply) => {
    reply.header('cache-control', 'no-store');
    const reports = options.reports !== undefined;
    return { now: Date.now(), reports, streams: describeStreams(options, request.query.token) };
  });
  if (options.reports !== undefined) addReports(app, options, options.reports);
  app.get<{ Querystring: { format?: string } }>('/api/time', (request, reply) => {
    reply.header('cache-control', 'no-store');
    const now = timeOfDay();
    // For DASH, whose players want a date of XML Schema and nothing else.
    if (request.query.format === 'iso') return reply.type('text/plain').send(new Date(now).toISOString());
    return { now };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.header('cache-control', 'no-store').type(registry.contentType);
    return metricsText(registry);
  });
  app.get('/livez', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  for (const [path, why] of Object.entries({ '/readyz': unready, '/healthz': unwell }))
    app.get(path, (_request, reply) => {
      reply.header('cache-control', 'no-store');
      const reason = why();
      if (reason === undefined) return { status: 'ok' };
      return reply.code(503).send({ status: 'unready', reason });
    });
  app.options('/*', (_request, reply) =>
    reply
      .header('access-control-allow-methods', 'GET, HEAD, OPTIONS')
      .header('access-control-allow-headers', 'Content-Type, If-None-Match')
      .header('access-control-max-age', '86400')
      .code(204)
      .send(),
  );
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain').send('there is no such path\n'),
  );
}

/** What the page of live video may do, and tells others. */
const livePage = { 'content-security-policy': contentSecurityPolicy, 'referrer-policy': 'same-origin' };

const answers: Readonly<Record<Taken, readonly [status: number, word: string]>> = {
  taken: [204, ''],
  unreadable: [400, 'this is no report of a page'],
  unknown: [404, 'there is no such stream, or it may not be watched'],
  'too-many': [429, 'that is more than one viewer has to tell'],
};

function addReports(app: FastifyInstance, { streams, channels, gate }: ApiOptions, reports: Reports): void {
  app.post<{ Querystring: { token?: string } }>('/api/reports', (request, reply) => {
    const isThere = (stream: string) =>
      channels.get(stream) !== undefined || streams.list().some(({ name }) => name === stream);
    const mayWatch = (stream: string) => gate.refusal(stream, request.query.token ?? null) === undefined;
    const player = playerOf(request.raw as unknown as Incoming);
    const outcome = reports.take(player, request.body, (stream) => isThere(stream) && mayWatch(stream));
    const [status, word] = answers[outcome];
    return reply.code(status).type('text/plain').header('cache-control', 'no-store').send(word);
  });
}

/** A file of a page, or the word that there is none. `policy`: headers that say what it may do. */
export function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  asset: Asset | undefined,
  policy: Readonly<Record<string, string>> = livePage,
): FastifyReply {
  if (asset === undefined) return reply.code(404).type('text/plain').send('there is no such file\n');
  reply
    .type(asset.type)
    .header('etag', asset.tag)
    // Asked for again each time, and sent again only when it has changed: an update of the server is seen at once.
    .header('cache-control', 'no-cache')
    .header('vary', 'Accept-Encoding')
    .headers(policy);
  if (hasAlready(request.headers['if-none-match'], asset.tag)) return reply.code(304).send();
  const accepted = request.headers['accept-encoding'];
  if (
    asset.brotli !== undefined &&
    accepted !== undefined &&
    /\bbr\b(?!\s*;\s*q=0(?:\.0*)?\b)/.test(accepted)
  ) {
    return reply.header('content-encoding', 'br').send(asset.brotli);
  }
  if (asset.gzip !== undefined && takesGzip(accepted)) {
    return reply.header('content-encoding', 'gzip').send(asset.gzip);
  }
  return reply.send(asset.plain);
}

/** All streams that the token allows to watch; of a server without tokens: all. */
function describeStreams(options: ApiOptions, token = ''): readonly StreamDescription[] {
  const { streams, gate } = options;
  return streams
    .list()
    .filter(({ name }) => gate.refusal(name, token) === undefined)
    .map((summary) => describeStream(options, summary, gate.isOpen ? undefined : token));
}

function describeStream(
  { streams, channels }: ApiOptions,
  summary: StreamSummary,
  token: string | undefined,
): StreamDescription {
  const live = streams.live(summary.name);
  const recorded = recordedTimes(streams.archive.segments(summary.name), live);
  const url = (name: string): string => {
    const uri = `../live/${summary.name}/${name}`;
    return token === undefined ? uri : withToken(uri, token);
  };
  return {
    ...summary,
    viewers: channels.get(summary.name)?.viewerCount ?? 0,
    renditions: (live?.renditions ?? []).map(({ name, facts }) => ({
      name,
      codecs: facts.codecs,
      width: facts.width,
      height: facts.height,
      frameRate: facts.frameRate / 1000,
      bandwidth: facts.bandwidth,
    })),
    ...(live === undefined
      ? {}
      : { targets: { part: live.targets.part / 1e6, segment: live.targets.segment / 1e6 } }),
    ...(recorded === undefined ? {} : { recorded }),
    urls: {
      hls: url('index.m3u8'),
      dash: url('manifest.mpd'),
      websocket: url('ws'),
      mp4: url('stream.mp4'),
      snapshot: url('snapshot.jpg'),
    },
  };
}

function recordedTimes(
  segments: readonly IndexedSegment[],
  live: LiveStream | undefined,
): StreamDescription['recorded'] {
  const spans = [
    segments.at(0),
    segments.at(-1),
    live?.renditions[0]?.segments.at(0),
    live?.renditions[0]?.segments.at(-1),
  ];
  const known = spans.filter((span) => span !== undefined);
  if (known.length === 0) return undefined;
  const from = Math.min(...known.map(({ captured }) => captured / 1000));
  const to = Math.max(
    ...known.map(({ captured, duration, timescale }) => captured / 1000 + (duration / timescale) * 1000),
  );
  return { from, to };
}
