/**
 * Viewers as plain clients: each does over the network what its kind of player does, and throws the bytes away. They come,
 * watch for a while, and go without a word, as people do.
 */
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** What all viewers together have seen. */
export interface Seen {
  joined: number;
  bytes: number;
  parts: number;
  /** Sentences, each once with how often. */
  readonly failures: Map<string, number>;
}

export interface Viewing {
  /** E.g. `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly stream: string;
  readonly seen: Seen;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export const kinds = ['ll-hls', 'll-hls', 'hls', 'websocket', 'mp4'] as const;
export type Kind = (typeof kinds)[number];

/** Watches until the signal. Never rejects: what goes wrong is counted. */
export async function watch(kind: Kind, viewing: Viewing): Promise<void> {
  viewing.seen.joined += 1;
  try {
    if (kind === 'websocket') await watchSocket(viewing);
    else if (kind === 'mp4') await watchPipe(viewing);
    else await watchPlaylist(viewing, kind === 'll-hls');
  } catch (error) {
    if (viewing.signal.aborted) return;
    const text = `${kind}: ${error instanceof Error ? error.message : String(error)}`;
    viewing.seen.failures.set(text, (viewing.seen.failures.get(text) ?? 0) + 1);
    await delay(1000, undefined, { signal: viewing.signal }).catch(() => {});
  }
}

async function watchPlaylist(viewing: Viewing, lowLatency: boolean): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  viewing.signal.addEventListener('abort', () => agent.destroy(), { once: true });
  try {
    const base = `${viewing.origin}/live/${viewing.stream}/`;
    const multivariant = await text(viewing, agent, `${base}index.m3u8`);
    const uri = multivariant.split('\n').find((line) => line !== '' && !line.startsWith('#'));
    if (uri === undefined) throw new Error('no variant is listed');
    const playlist = new URL(uri, base).href;
    let query = '';
    const known = new Set<string>();
    while (!viewing.signal.aborted) {
      const listed = await text(viewing, agent, playlist + query);
      const pattern = lowLatency ? /^#EXT-X-PART:.*?URI="([^"]+)"/gm : /^(?!#)(\S+)$/gm;
      const uris = [...listed.matchAll(pattern)].map((match) => match[1]!);
      // A player joins near the edge: it does not fetch all that is listed.
      const wanted = (known.size === 0 ? uris.slice(-2) : uris).filter((part) => !known.has(part));
      for (const part of uris) known.add(part);
      for (const part of wanted) {
        const bytes = await drain(await request(viewing, agent, new URL(part, playlist).href));
        viewing.seen.bytes += bytes;
        viewing.seen.parts += 1;
      }
      if (known.size > 500) for (const part of [...known].slice(0, 300)) known.delete(part);
      if (!lowLatency) await delay(1000, undefined, { signal: viewing.signal });
      query = lowLatency ? nextPart(listed) : '';
    }
  } finally {
    agent.destroy();
  }
}

/** The directives that ask for the part behind the last one that is listed. */
function nextPart(playlist: string): string {
  const first = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)$/m.exec(playlist)?.[1]);
  const lines = playlist.split('\n');
  const segments = lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  const last = lines.findLastIndex((line) => line !== '' && !line.startsWith('#'));
  const parts = lines.slice(last + 1).filter((line) => line.startsWith('#EXT-X-PART:')).length;
  return `?_HLS_msn=${first + segments}&_HLS_part=${parts}`;
}

async function watchPipe(viewing: Viewing): Promise<void> {
  const agent = new Agent();
  const answer = await request(viewing, agent, `${viewing.origin}/live/${viewing.stream}/stream.mp4`);
  for await (const piece of answer) viewing.seen.bytes += (piece as Buffer).byteLength;
  if (!viewing.signal.aborted) throw new Error('the pipe ended');
}

async function watchSocket({ origin, stream, seen, signal }: Viewing): Promise<void> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/live/${stream}/ws`);
  signal.addEventListener('abort', () => socket.terminate(), { once: true });
  if (signal.aborted) socket.terminate();
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data) => {
      seen.bytes += (data as Buffer).length;
      seen.parts += 1;
    });
    socket.once('close', () => (signal.aborted ? resolve() : reject(new Error('the socket was closed'))));
    socket.once('error', reject);
  });
}

function request({ signal }: Viewing, agent: Agent, url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent, signal }, (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      answer.resume();
      reject(new Error(`status ${answer.statusCode} for ${new URL(url).pathname.replace(/\d+/g, 'N')}`));
    });
    asked.once('error', reject);
  });
}

async function text(viewing: Viewing, agent: Agent, url: string): Promise<string> {
  const answer = await request(viewing, agent, url);
  let whole = '';
  for await (const piece of answer.setEncoding('utf8')) whole += piece;
  return whole;
}

async function drain(answer: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const piece of answer) bytes += (piece as Buffer).byteLength;
  return bytes;
}
