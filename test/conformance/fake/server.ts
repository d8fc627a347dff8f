/**
 * A small server of low-latency HLS that keeps every rule, but for one fault: `/FAULT/live/cam/...` is what the fault of that name
 * makes of `/good/live/cam/...`. All of them show the same stream, and so does a second port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Rendition, Segment } from '../../../src/delivery/contract.ts';
import type { Judgement } from '../../../src/delivery/hls/directives.ts';
import { textOf } from '../../../src/delivery/hls/pieces.ts';
import { findPart, findSegment, isAwaited } from '../../../src/delivery/http/find.ts';
import { type Address, parseAddress, type Target } from '../../../src/delivery/http/target.ts';
import { createTexts, type Texts } from '../../../src/delivery/http/texts.ts';
import type { FakeReply, Fault } from './fault.ts';
import { FakeStream, listed } from './stream.ts';

export interface FakeServers {
  readonly url: (fault: string) => string;
  /** At the second port. */
  readonly other: (fault: string) => string;
  close(): void;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly address: Address;
  readonly fault: Fault;
  readonly isOther: boolean;
}

/** Milliseconds; the window of the stream on paper is longer, so that all that such a playlist lists can still be had. */
const remembered = 3000;

const nothing = { status: 404, headers: {}, body: Buffer.from('there is no such thing\n') };

export async function startFakes(faults: readonly Fault[]): Promise<FakeServers> {
  const stream = new FakeStream();
  const fake = new Fake(stream, faults);
  const servers = await Promise.all([listen(fake, false), listen(fake, true)]);
  const urlAt = (index: number) => (fault: string) => {
    const { port } = servers[index]!.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${fault}/live/cam/index.m3u8`;
  };
  return {
    url: urlAt(0),
    other: urlAt(1),
    close() {
      stream.close();
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function listen(fake: Fake, isOther: boolean) {
  const server = createServer((request, response) => void fake.handle(request, response, isOther));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

class Fake {
  readonly #stream: FakeStream;
  readonly #faults: ReadonlyMap<string, Fault>;
  readonly #texts: Texts = createTexts(listed);
  /** Playlists that were served: by fault and rendition. */
  readonly #counts = new Map<string, number>();
  /** Full playlists of the last `remembered` milliseconds, oldest first: by fault, rendition and port. */
  readonly #served = new Map<string, { readonly at: number; readonly text: string }[]>();
  #waiting: (() => boolean)[] = [];

  constructor(stream: FakeStream, faults: readonly Fault[]) {
    this.#stream = stream;
    this.#faults = new Map(faults.map((fault) => [fault.id, fault]));
    stream.listen(() => {
      this.#waiting = this.#waiting.filter((isDone) => !isDone());
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse, isOther: boolean): Promise<void> {
    const [, name = '', path = ''] = /^\/([a-z0-9-]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const fault = this.#faults.get(name);
    const address = parseAddress(path);
    const asked = fault && address && { request, address, fault, isOther };
    const reply = asked === undefined ? nothing : await this.#reply(asked);
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }

  async #reply(asked: Asked): Promise<FakeReply> {
    const { fault, address } = asked;
    const { target } = address;
    const found = await this.#find(asked, target);
    const origin = { 'access-control-allow-origin': '*' };
    const reply = { ...found, headers: { ...origin, ...found.headers } };
    return fault.reply?.(reply, address, this.#stream) ?? reply;
  }

  async #find(asked: Asked, target: Target): Promise<FakeReply> {
    const { fault, address } = asked;
    const { live } = this.#stream;
    if (target.kind === 'index') {
      const text = this.#texts.multivariant(live.renditions, false, address.playlist.wish);
      return playlistReply(asked, fault.multivariant?.(text) ?? text, 1);
    }
    if (!('rendition' in target)) return nothing;
    const rendition = this.#stream.rendition(target.rendition);
    if (rendition === undefined) return nothing;
    if (target.kind === 'live') return this.#playlist(asked, rendition);
    const body = await this.#media(asked, rendition, target);
    if (body === undefined) return nothing;
    const headers = {
      'content-type': 'video/mp4',
      'cache-control': 'public, max-age=31536000, immutable',
    };
    return { status: 200, headers, body };
  }

  async #playlist(asked: Asked, rendition: Rendition): Promise<FakeReply> {
    const { fault, address, isOther } = asked;
    const { live } = this.#stream;
    const { query, playlist } = address;
    const truth = this.#texts.judge(query, live, rendition);
    const judgement: Judgement = fault.judge?.(truth, query, rendition) ?? truth;
    if (judgement.type === 'refuse') return { status: 400, headers: {}, body: Buffer.from(judgement.reason) };
    if (judgement.type === 'wait') await this.#until(() => judgement.isReady(rendition));
    const skip = playlist.wish.skip && fault.noSkip !== true;
    const archive = { segments: () => [] } as never;
    const text = textOf(
      this.#texts.media(live, rendition, archive, { ...playlist.wish, skip }),
      playlist.wish.uri,
    );
    const key = `${fault.id} ${rendition.name}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const about = {
      rendition: rendition.name,
      skip: playlist.wish.skip,
      count,
      earlier: this.#earlier(`${key} ${isOther}`, skip ? undefined : text),
      isOther,
      stream: this.#stream,
    };
    return playlistReply(asked, fault.playlist?.(text, about) ?? text, playlist.blocks ? 6 : 0);
  }

  /** The oldest that is remembered, after `text` was served too. */
  #earlier(key: string, text: string | undefined): string | undefined {
    const now = performance.now();
    const kept = (this.#served.get(key) ?? []).filter(({ at }) => now - at < remembered);
    if (text !== undefined) kept.push({ at: now, text });
    this.#served.set(key, kept);
    return kept[0]?.text;
  }

  async #media(asked: Asked, rendition: Rendition, target: Target): Promise<Buffer | undefined> {
    const { fault } = asked;
    const bytesOf = ({ parts }: Pick<Segment, 'parts'>) =>
      Buffer.concat(parts.map(({ bytes }) => fault.bytes?.(bytes) ?? bytes));
    if (target.kind === 'init') return rendition.inits.get(target.epoch);
    if (target.kind === 'segment') {
      const segment = findSegment(rendition, target.epoch, target.media);
      return segment?.closed === true ? bytesOf(segment) : undefined;
    }
    if (target.kind !== 'part') return undefined;
    const { epoch, ordinal } = target;
    const find = () => findPart(rendition, epoch, ordinal);
    if (find() === undefined && fault.noHolding !== true) {
      await this.#until(() => !isAwaited(this.#stream.live, rendition, epoch, ordinal));
    }
    const part = find();
    return part === undefined ? undefined : bytesOf({ parts: [part] });
  }

  /** Resolves at the first tick, or at once, when it is so. */
  #until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        const done = isSo();
        if (done) resolve();
        return done;
      });
    });
  }
}

function playlistReply({ request, fault }: Asked, text: string, seconds: number): FakeReply {
  const plain = Buffer.from(text);
  const zips = fault.noGzip !== true && /gzip/.test(String(request.headers['accept-encoding'] ?? ''));
  const headers = {
    'content-type': 'application/vnd.apple.mpegurl',
    'cache-control': seconds === 0 ? 'no-cache' : `public, max-age=${seconds}`,
    ...(zips ? { 'content-encoding': 'gzip' } : {}),
  };
  return { status: 200, headers, body: zips ? gzipSync(plain) : plain };
}
