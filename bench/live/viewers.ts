/**
 * Viewers of LL-HLS in one process, started by `load.ts`: each waits for the next playlist on one connection, and fetches
 * the part that it names on another, as players do. All of them are in phase, for what they wait for comes to all at once.
 */
import { gunzipSync } from 'node:zlib';
import { type Answer, getRequest, HttpConnection } from './http-connection.ts';
import { type PlaylistEdge, readEdge } from './playlist-edge.ts';

/** What a process of viewers is told. */
export interface ViewersOrder {
  readonly host: string;
  readonly port: number;
  /** Paths of media playlists; each viewer follows all of them. */
  readonly playlists: readonly string[];
  readonly viewers: number;
}

/** What it tells once a second, and since the last time. */
export interface ViewersReport {
  readonly requests: number;
  readonly bytes: number;
  readonly failures: readonly string[];
  /** By part, in milliseconds since the epoch: when each viewer had it. */
  readonly parts: readonly {
    readonly uri: string;
    readonly ends: number;
    readonly received: readonly number[];
  }[];
}

const clock = (): number => performance.timeOrigin + performance.now();

let requests = 0;
let bytes = 0;
let failures: string[] = [];
let parts = new Map<string, { uri: string; ends: number; received: number[] }>();

/** What the text at a path says, read once for all viewers: the server gives all of them the same. */
const edges = new Map<string, PlaylistEdge>();

function edgeOf(path: string, { gzipped, body }: Answer): PlaylistEdge {
  const known = edges.get(path);
  if (known !== undefined) return known;
  const joined = Buffer.concat(body);
  const edge = readEdge((gzipped ? gunzipSync(joined) : joined).toString());
  if (edges.size > 100) edges.clear();
  edges.set(path, edge);
  return edge;
}

/** Requests' bytes, made once for all viewers. */
const made = new Map<string, Buffer>();

function requestOf(host: string, path: string): Buffer {
  let request = made.get(path);
  if (request === undefined) {
    if (made.size > 1000) made.clear();
    request = getRequest(host, path);
    made.set(path, request);
  }
  return request;
}

class Viewer {
  readonly #order: ViewersOrder;
  readonly #path: string;
  readonly #playlists: HttpConnection;
  readonly #parts: HttpConnection;
  #asked = '';
  #wanted: string | undefined;
  #fetching = false;

  constructor(order: ViewersOrder, path: string) {
    this.#order = order;
    this.#path = path;
    const failed = (reason: string) => failures.push(reason);
    this.#playlists = new HttpConnection({ ...order, keep: true }, failed);
    this.#parts = new HttpConnection({ ...order, keep: false }, failed);
    this.#ask(path);
  }

  #ask(path: string): void {
    this.#asked = path;
    const host = `${this.#order.host}:${this.#order.port}`;
    this.#playlists.ask(requestOf(host, path), (answer) => this.#onPlaylist(answer));
  }

  #onPlaylist(answer: Answer): void {
    requests += 1;
    bytes += answer.length;
    if (answer.status !== 200) {
      failures.push(`${answer.status} for ${this.#asked}`);
      setTimeout(() => this.#ask(this.#path), 500);
      return;
    }
    const bare = this.#asked === this.#path;
    const edge = bare ? readEdge(textOf(answer)) : edgeOf(this.#asked, answer);
    if (!bare && edge.newest !== undefined) this.#fetch(edge.newest, edge.newestEnds);
    this.#ask(`${this.#path}?_HLS_msn=${edge.media}&_HLS_part=${edge.part}`);
  }

  #fetch(uri: string, ends: number): void {
    if (this.#fetching) {
      // It has fallen behind by a part: what players do then is their own affair; here it counts.
      failures.push('a part came before the one before it was received');
      return;
    }
    this.#fetching = true;
    this.#wanted = uri;
    const host = `${this.#order.host}:${this.#order.port}`;
    const path = new URL(uri, `http://${host}${this.#path}`).pathname;
    this.#parts.ask(requestOf(host, path), (answer) => this.#onPart(answer, path, ends));
  }

  #onPart({ status, length }: Answer, path: string, ends: number): void {
    this.#fetching = false;
    requests += 1;
    bytes += length;
    if (status !== 200) failures.push(`${status} for ${this.#wanted}`);
    let part = parts.get(path);
    if (part === undefined) {
      part = { uri: path, ends, received: [] };
      parts.set(path, part);
    }
    part.received.push(clock());
  }
}

function textOf({ gzipped, body }: Answer): string {
  const joined = Buffer.concat(body);
  return (gzipped ? gunzipSync(joined) : joined).toString();
}

process.on('message', (order: ViewersOrder) => {
  const viewers: Viewer[] = [];
  for (let index = 0; index < order.viewers; index += 1) {
    // Spread over a second: a crowd comes one after the other, and is in phase all the same.
    setTimeout(
      () => {
        for (const path of order.playlists) viewers.push(new Viewer(order, path));
      },
      (index / order.viewers) * 1000,
    );
  }
  setInterval(() => {
    const report: ViewersReport = { requests, bytes, failures, parts: [...parts.values()] };
    // Whoever ordered may have gone meanwhile.
    process.send?.(report, () => {});
    [requests, bytes, failures, parts] = [0, 0, [], new Map()];
  }, 1000);
});
process.on('disconnect', () => process.exit());
