/**
 * Everything that a server of streams names, followed as browsers and players do, behind a proxy that has put it into a folder of its
 * own: it leads somewhere, stays below that folder, says nothing that a stranger wrote, and is for other pages only if it is for viewers.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveStreams } from '../../src/delivery/http/server.ts';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { type Got, get } from '../support/delivery.ts';
import { LiveScript } from '../support/live-records.ts';
import { MadeStreams } from '../support/made-streams.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

type Step = 'segment' | 'part' | 'gap' | 'restart' | 'end' | 'look';

interface World {
  readonly streams: readonly string[];
  readonly renditions: readonly string[];
  readonly steps: readonly Step[];
  readonly prefix: string;
  readonly watchKey: string | undefined;
  readonly cors: string;
  /** What a stranger writes behind the `?` of every request, with a word of his own. */
  readonly query: string;
}

const watchKey = 'a key that is long enough';
const stranger = 'whatastrangerwrote';

const world: fc.Arbitrary<World> = fc.record({
  streams: fc.uniqueArray(fc.constantFrom('cam', 'box', 'a-b', 'studio_2'), { minLength: 1, maxLength: 2 }),
  renditions: fc.constantFrom(['main'], ['main', 'small']),
  steps: fc.array(fc.constantFrom<Step>('segment', 'segment', 'part', 'gap', 'restart', 'end', 'look'), {
    minLength: 2,
    maxLength: 8,
    size: 'max',
  }),
  prefix: fc.constantFrom('', '/video', '/a/b', '/live', '/api'),
  watchKey: fc.constantFrom(undefined, undefined, watchKey),
  cors: fc.constantFrom('*', 'https://viewers.example'),
  query: fc.constantFrom('token', 'token', 'x', 'utm_source', '_HLS_push', 'rendition', 'callback'),
});

const operators = ['/metrics', '/livez', '/readyz', '/healthz'];
/** What never ends, needs FFmpeg, or is read from Kafka. */
const notFollowed = /\/(?:ws|stream\.mp4|snapshot\.jpg|vod\.m3u8)$/;
/** What pages, players and operators begin with. */
const known = ['/', '/api/streams', '/api/time', ...operators];

interface Kept {
  readonly got: Got;
  /** Milliseconds of the steady clock. */
  readonly until: number;
}

class Crawl {
  readonly #world: World;
  readonly #server: string;
  /** What a cache has: path -> answer. */
  readonly #kept = new Map<string, Kept>();
  readonly #played = new Set<string>();

  constructor(server: string, one: World) {
    this.#server = server;
    this.#world = one;
  }

  /** From all beginnings, each URL once. */
  async run(): Promise<void> {
    const { prefix, watchKey: key } = this.#world;
    const token = key === undefined ? undefined : makeToken(key, '*', Date.now() + 3_600_000);
    const seen = new Set<string>();
    const left = known.map((path) => (token === undefined ? path : `${path}?token=${token}`));
    // Players go on asking for the playlists that they have.
    left.push(...this.#played);
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const plain = path.split('?')[0]!;
      if (seen.has(plain) || notFollowed.test(plain)) continue;
      seen.add(plain);
      const got = await this.#ask(path);
      const isOperators = operators.includes(plain);
      const origin = got.headers['access-control-allow-origin'];
      assert.equal(origin, isOperators ? undefined : this.#world.cors, `${plain} for pages of others`);
      assert.ok(got.status < 400, `${path} is named, and gives ${got.status}: ${got.body}`);
      // The page's own scripts are files, and name what is theirs.
      if (plain.endsWith('/live.m3u8')) this.#played.add(path);
      if (plain.startsWith('/assets/') || plain === '/') continue;
      for (const name of namesIn(got)) {
        const { origin: host, pathname, search } = new URL(name, `http://proxy.example${prefix}${path}`);
        assert.equal(host, 'http://proxy.example', `${plain} names ${name}`);
        assert.ok(pathname.startsWith(`${prefix}/`), `${plain} names ${name}, which leaves ${prefix}`);
        left.push(pathname.slice(prefix.length) + search);
      }
    }
  }

  /** As it is, and with what a stranger adds: that is no other answer. */
  async #ask(path: string): Promise<Got> {
    const got = await get(this.#server + path, { 'user-agent': path, origin: 'https://elsewhere.example' });
    const cached = this.#kept.get(path);
    if (cached !== undefined && cached.until > performance.now() && !isLive(path))
      assert.deepEqual(got.body, cached.got.body, `${path} is kept by caches, and is another now`);
    const seconds = Number(/max-age=(\d+)/.exec(String(got.headers['cache-control']))?.[1] ?? 0);
    if (/#EXT-X-ENDLIST/.test(got.body.toString()) && !path.includes('vod'))
      assert.equal(seconds, 0, `${path} is over, and caches keep that for ${seconds} s`);
    if (got.status === 200) this.#kept.set(path, { got, until: performance.now() + seconds * 1000 });
    const { query, watchKey: key } = this.#world;
    if (key === undefined && got.status < 300) {
      const added = `${path}${path.includes('?') ? '&' : '?'}${query}=${stranger}`;
      const { body } = await get(this.#server + added, { 'user-agent': added });
      assert.ok(!body.includes(stranger), `${path} says what a stranger wrote: ${query}`);
    }
    return got;
  }
}

/** Its text is about now, and another one a part later. */
function isLive(path: string): boolean {
  return /^\/(?:$|api|metrics|(?:live|ready|health)z)|\.(?:m3u8|mpd)/.test(path);
}

/** URLs that a text names, as its readers find them; but those of one track, which are cut out of parts that are more than paper. */
function namesIn({ headers, body }: Got): readonly string[] {
  const text = body.toString();
  const type = String(headers['content-type']);
  if (/mpegurl/i.test(type))
    return text
      .split('\n')
      .filter((line) => !line.includes('GAP') && !line.includes('PRELOAD-HINT'))
      .flatMap((line) => /URI="([^"]*)"/.exec(line)?.[1] ?? (/^[^#\s]/.test(line) ? line : []));
  if (/json/.test(type)) return [...text.matchAll(/"([^"]*\/[^"]*)"/g)].map(([, name]) => name!);
  if (/dash/.test(type))
    return [...text.matchAll(/initialization="([^"$]*\/init-[^"$]*)"/g)].map(([, name]) =>
      name!.replaceAll('&amp;', '&'),
    );
  return [];
}

test('Whatever a server names leads somewhere, below its own folder, and is what nobody else wrote', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const streams = new MadeStreams();
      const { renditions, watchKey: key, cors } = one;
      const scripts = one.streams.map((stream) =>
        new LiveScript({ stream, renditions, partsPerSegment: 2, partTarget: 2000 }).segments(3),
      );
      for (const script of scripts) streams.play(script);
      const server = await serveStreams(streams, { port: 0, listed: 12_000_000, watchKey: key, cors });
      try {
        const crawl = new Crawl(server.url, one);
        for (const step of [...one.steps, 'look' as const]) {
          for (const script of scripts) {
            if (step === 'segment') script.segments(1);
            if (step === 'part') script.parts(1).close();
            if (step === 'gap') script.gap();
            if (step === 'restart') script.restart(false).segments(1);
            if (step === 'end') script.end();
            streams.play(script);
            if (step === 'end') await crawl.run();
            if (step === 'end') streams.play(script.restart(false).segments(2));
          }
          if (step === 'look') await crawl.run();
        }
      } finally {
        await server.close();
      }
    }),
    parameters({ numRuns: 2, seed: 81 }),
  );
});
