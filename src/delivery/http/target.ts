/** What a URL below `/live/` asks for. Pure: no I/O, no state. */
import { isRenditionName, isStreamName } from '../../records/live-names.ts';
import type { TrackKind } from '../dash/one-track.ts';
import { detached } from './detached.ts';
import type { Wish } from './texts.ts';

/** What is asked of a whole stream. */
export type StreamTarget = {
  readonly kind: 'index' | 'manifest' | 'socket' | 'continuous' | 'snapshot' | 'permit';
  readonly stream: string;
};

/**
 * What is asked of one rendition. `epoch`, `ordinal` and `media` are numbers as records carry them. `track`: its picture or its sound
 * alone; absent: both, as they stand on the topic.
 */
export type RenditionTarget = { readonly stream: string; readonly rendition: string } & (
  | { readonly kind: 'live' }
  | { readonly kind: 'vod' }
  | { readonly kind: 'init'; readonly epoch: number; readonly track?: TrackKind }
  | { readonly kind: 'part'; readonly epoch: number; readonly ordinal: number }
  | { readonly kind: 'segment'; readonly epoch: number; readonly media: number; readonly track?: TrackKind }
);

export type Target = StreamTarget | RenditionTarget;

/** A request's URL, read. */
export interface Address {
  readonly target: Target;
  readonly query: URLSearchParams;
  /** To watch, where that is asked for. */
  readonly token: string | null;
  readonly playlist: PlaylistWish;
}

/** How a playlist is asked for. */
export interface PlaylistWish {
  /** What its text depends on, beside the state of its stream. */
  readonly key: string;
  /** With a directive that waits. */
  readonly blocks: boolean;
  readonly wish: Wish;
}

const ofStream: Readonly<Record<string, StreamTarget['kind']>> = {
  'index.m3u8': 'index',
  'manifest.mpd': 'manifest',
  ws: 'socket',
  'stream.mp4': 'continuous',
  'snapshot.jpg': 'snapshot',
  permit: 'permit',
};

/** Numbers as they stand in URLs: plain, so that each resource has one URL only. */
const number = '(0|[1-9][0-9]{0,15})';
const ofTrack = /^(video|audio)-(?=init-|seg-)/;
const init = new RegExp(`^init-${number}\\.mp4$`);
const part = new RegExp(`^part-${number}-${number}\\.m4s$`);
const segment = new RegExp(`^seg-${number}-${number}\\.m4s$`);

/**
 * A token before the path, `/t/TOKEN/live/...`: relative URIs carry it on by themselves, so that the texts are the same for everybody, and caches know what to leave
 * out of their keys (docs/adr/0282-a-cache-joins-those-who-wait.md).
 */
const tokenPath = /^\/t\/([^/?]{1,200})(?=\/live\/)/;

/** Whether a URL may be one of these: the first look at a request, of which there are thousands a second. */
export function isBelowLive(url: string): boolean {
  return url.startsWith('/live/') || url.startsWith('/t/');
}

/** A path without what may be a token. */
export function pathWithoutToken(url: string): string {
  const mark = url.indexOf('?');
  return (mark === -1 ? url : url.slice(0, mark)).replace(tokenPath, '/t/***');
}

/**
 * Undefined: there is no such path. `carriesToken`: the texts that are sent have the token in their URIs. Where everybody may watch
 * it has no meaning, and is not to be copied a thousandfold for whoever writes one.
 */
export function parseAddress(url: string, carriesToken = true): Address | undefined {
  const before = tokenPath.exec(url);
  const rest = before === null ? url : url.slice(before[0].length);
  const mark = rest.indexOf('?');
  const target = parsePath(mark === -1 ? rest : rest.slice(0, mark));
  if (target === undefined) return undefined;
  const query = new URLSearchParams(mark === -1 ? '' : rest.slice(mark + 1));
  const token = before?.[1] ?? query.get('token');
  return { target, query, token, playlist: parseWish(query, carriesToken && before === null) };
}

function parseWish(query: URLSearchParams, carriesToken: boolean): PlaylistWish {
  const token = carriesToken ? query.get('token') : null;
  const skip = ['YES', 'v2'].includes(query.get('_HLS_skip') ?? '');
  const from = /^\d{1,15}$/.test(query.get('from') ?? '') ? Number(query.get('from')) : undefined;
  const blocks = query.has('_HLS_msn');
  const uri = token === null ? asItIs : (text: string) => withToken(text, token);
  return { key: `${blocks}|${skip}|${from}|${token}`, blocks, wish: { skip, from, uri } };
}

const asItIs = (uri: string): string => uri;

/** A URI of ours with the viewer's token, so that what a playlist names may be fetched too. */
export function withToken(uri: string, token: string): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`;
}

function parsePath(path: string): Target | undefined {
  const [root, live, stream = '', ...rest] = path.split('/');
  if (root !== '' || live !== 'live' || !isStreamName(stream)) return undefined;
  const [first = '', name] = rest;
  if (rest.length === 1) {
    const kind = Object.hasOwn(ofStream, first) ? ofStream[first] : undefined;
    return kind === undefined ? undefined : { kind, stream };
  }
  if (rest.length !== 2 || name === undefined || !isRenditionName(first)) return undefined;
  return parseName(name, stream, first);
}

function parseName(name: string, stream: string, rendition: string): RenditionTarget | undefined {
  if (name === 'live.m3u8') return { kind: 'live', stream, rendition };
  if (name === 'vod.m3u8') return { kind: 'vod', stream, rendition };
  const track = ofTrack.exec(name)?.[1] as TrackKind | undefined;
  const plain = track === undefined ? name : name.slice(track.length + 1);
  const only = track === undefined ? {} : { track };
  const numbers = (form: RegExp) => form.exec(plain)?.slice(1).map(Number);
  const ofPart = numbers(part);
  if (ofPart) return { kind: 'part', stream, rendition, epoch: ofPart[0]!, ordinal: ofPart[1]! };
  const ofSegment = numbers(segment);
  if (ofSegment) {
    return { kind: 'segment', stream, rendition, epoch: ofSegment[0]!, media: ofSegment[1]!, ...only };
  }
  const ofInit = numbers(init);
  return ofInit && { kind: 'init', stream, rendition, epoch: ofInit[0]!, ...only };
}

/** What is remembered of URLs: so many, and none of more characters. */
const remembered = { urls: 4096, length: 256 } as const;

/**
 * Reads URLs and remembers them: hundreds of viewers ask for the same ones, and a look into a map is all that most requests
 * then cost. Bounded: forgets everything when it is full, which is cheaper than knowing what is oldest.
 */
export class Addresses {
  readonly #known = new Map<string, Address>();
  readonly #carriesToken: boolean;
  readonly #limit: number;

  constructor(carriesToken: boolean, limit: number = remembered.urls) {
    this.#carriesToken = carriesToken;
    this.#limit = limit;
  }

  read(url: string): Address | undefined {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    // A slice of a request's head keeps all of it in memory, and so would what is read from one.
    const own = detached(url);
    const address = parseAddress(own, this.#carriesToken);
    if (address === undefined || own.length > remembered.length) return address;
    if (this.#known.size >= this.#limit) this.#known.clear();
    this.#known.set(own, address);
    return address;
  }
}
