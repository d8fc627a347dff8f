/** Live video at work, as any program would run it: a publisher of a test picture, and a server with its page. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, describeError, IncompleteError } from '../errors.ts';
import {
  type PublishEvent,
  publish,
  type RunningServer,
  type ServeEvent,
  serve,
  serveDefaults,
} from '../index.ts';

/** The stream's name. */
export const stream = 'demo';

export interface Live {
  /** Of the page. */
  readonly url: string;
  /** Resolves once both have ended in good order; rejects with the first reason why one could not go on. */
  readonly ended: Promise<void>;
  /** Ends both. */
  stop(): void;
}

export interface LiveOptions {
  readonly bootstrapServers: string;
  /** What the user should know: a stream comes or ends, Kafka is waited for. */
  readonly onMessage: (message: string) => void;
}

/** Starts both sides; they run until they are stopped. */
export async function startLive({ bootstrapServers, onMessage }: LiveOptions): Promise<Live> {
  const stop = new AbortController();
  const shared = { kafka: { 'bootstrap.servers': bootstrapServers }, signal: stop.signal };
  const onEvent = (event: PublishEvent | ServeEvent): void => {
    if ('message' in event) onMessage(event.message);
  };
  const ready = Promise.withResolvers<void>();
  const publishing = publish({
    ...shared,
    stream,
    input: 'test',
    renditions: [
      { name: '720p', size: { width: 1280, height: 720 }, bitrate: 2_000_000 },
      { name: '360p', size: { width: 640, height: 360 }, bitrate: 600_000 },
    ],
    onEvent(event) {
      // The publisher makes the topics; there is nothing to serve before.
      if (event.type === 'started') ready.resolve();
      onEvent(event);
    },
  });
  publishing.finally(ready.resolve).catch(() => {});
  await ready.promise;
  const server = await serveSomewhere({ ...shared, onEvent }).catch(async (error: unknown) => {
    stop.abort();
    // When the publisher could not go on, it knows better why.
    await publishing;
    throw error;
  });
  const sides = [server.ended, publishing];
  const ended = (async () => {
    try {
      await Promise.all(sides);
    } finally {
      stop.abort();
      await Promise.allSettled(sides);
    }
  })();
  ended.catch(() => {});
  return { url: server.url, ended, stop: () => stop.abort() };
}

/** At the usual port; when somebody has it, at any. */
async function serveSomewhere(options: Parameters<typeof serve>[0]): Promise<RunningServer> {
  try {
    return await serve({ ...options, port: serveDefaults.port });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return serve({ ...options, port: 0 });
  }
}

/** What a viewer was given. */
export interface Received {
  /** Bytes of the newest part. */
  readonly bytes: number;
  /** Milliseconds between the last picture of that part and its arrival here. */
  readonly delay: number;
}

/**
 * Watches as a player does: waits for a segment, then for the next part, and fetches it.
 * @throws IncompleteError when nothing comes
 */
export async function receivePart({ url, ended }: Live, signal: AbortSignal): Promise<Received> {
  const over = new AbortController();
  const failed = ended.finally(() => over.abort());
  const limit = AbortSignal.any([AbortSignal.timeout(60_000), over.signal, signal]);
  for (;;) {
    try {
      return await nextPart(url, limit);
    } catch (cause) {
      // The side that could not go on says why better than what did not come of it.
      if (over.signal.aborted) await failed;
      signal.throwIfAborted();
      if (limit.aborted)
        throw new IncompleteError(`no live video came from ${url}: ${describeError(cause)}`, { cause });
      await delay(100);
    }
  }
}

async function nextPart(url: string, signal: AbortSignal): Promise<Received> {
  const ask = async (address: URL | string): Promise<Response> => {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`${response.status} for ${address}`);
    return response;
  };
  const index = await ask(`${url}/live/${stream}/index.m3u8`);
  const media = new URL(/^[^#\s].*$/m.exec(await index.text())?.[0] ?? '', index.url);
  const known = await (await ask(media)).text();
  const segments =
    Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(known)?.[1]) + known.split('#EXTINF').length - 1;
  media.searchParams.set('_HLS_msn', String(segments));
  media.searchParams.set('_HLS_part', '0');
  const playlist = await (await ask(media)).text();
  // Of the newest segment: when its first picture was taken, and the parts that it has so far.
  const newest = playlist.slice(playlist.lastIndexOf('#EXT-X-PROGRAM-DATE-TIME:'));
  const began = Date.parse(/^#EXT-X-PROGRAM-DATE-TIME:(.*)$/m.exec(newest)?.[1] ?? '');
  const parts = [...newest.matchAll(/^#EXT-X-PART:.*$/gm)].map(([line]) => ({
    seconds: Number(/DURATION=([\d.]+)/.exec(line)?.[1]),
    uri: /URI="([^"]+)"/.exec(line)?.[1] ?? '',
  }));
  const last = parts.at(-1);
  if (last === undefined) throw new Error('the newest segment has no part');
  const bytes = (await (await ask(new URL(last.uri, media))).arrayBuffer()).byteLength;
  const length = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  return { bytes, delay: Date.now() - began - length * 1000 };
}
