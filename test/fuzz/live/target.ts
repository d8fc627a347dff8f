/** Live records: a delivery server that follows topics on which strangers write, and its answers about every stream that it has of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { type DeliveryServer, serveStreams } from '../../../src/delivery/http/server.ts';
import { followStreams, type OpenStreams } from '../../../src/delivery/streams.ts';
import type { Kafka } from '../../../src/kafka/contract.ts';
import { createMemoryCluster } from '../../../src/kafka/memory.ts';
import { readStream } from '../../../src/live/play/read-stream.ts';
import { get } from '../../support/delivery.ts';
import { LiveScript, type MadeRecord } from '../../support/live-records.ts';
import { LiveTopic } from '../../support/live-topic.ts';
import { waitFor } from '../../support/wait.ts';
import { appendAll, type WrittenRecord } from '../records/written.ts';
import { mostMemory, type Target } from '../target.ts';
import { draftProgrammes, topic } from './drafts.ts';
import { good, hostileLive } from './hostile.ts';

const caseSize = 250;
const partitions = 2;

export async function openLive(): Promise<Target<WrittenRecord>> {
  const drafts = await draftProgrammes();
  return {
    name: 'live',
    unit: 'records',
    short: 1500,
    limit: 60_000,
    memory: mostMemory,
    make: (random) => hostileLive(drafts, random, caseSize),
    count: (items) => items.length,
    judge,
    close: async () => {},
  };
}

async function judge(items: readonly WrittenRecord[]): Promise<string[]> {
  const kafka = createMemoryCluster({ maxMessageBytes: 8 * 1024 * 1024 }).client();
  const stop = new AbortController();
  const live = await LiveTopic.open(kafka, topic, { partitions });
  const { made } = new LiveScript({ stream: good, began: Date.now() * 1000 - 20_000_000 })
    .segments(5)
    .parts(2);
  const half = made.length >> 1;
  // Some of it stands there when the server begins, some comes later; so do the good records.
  await appendAll(kafka, items.slice(0, items.length >> 1));
  await live.append(made.slice(0, half));
  const streams = followStreams({ kafka, topic, signal: stop.signal });
  const faults: string[] = [];
  let server: DeliveryServer | undefined;
  try {
    await streams.begun;
    server = await serveStreams(streams, {
      port: 0,
      logger: pino({ level: 'error' }, { write: (line: string) => void faults.push(line) }),
    });
    await appendAll(kafka, items.slice(items.length >> 1));
    await live.append(made.slice(half));
    const last = made.at(-1)!.record;
    await waitFor(
      () => {
        const edge = streams.live(good)?.rendition('main')?.edge;
        return edge !== undefined && edge.ordinal > last.ordinal;
      },
      { timeout: 5000, interval: 2, what: 'the end of the good stream' },
    );
    faults.push(
      ...goodFaults(streams, made),
      ...(await answerFaults(streams, server)),
      ...(await playFaults(kafka, made)),
    );
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await server?.close();
    stop.abort();
    await streams.ended.catch((error: unknown) => faults.push(`following has ended with ${String(error)}`));
    await kafka.close();
  }
  return faults;
}

/** Its parts are there, with their bytes. */
function goodFaults(streams: OpenStreams, made: readonly MadeRecord[]): string[] {
  const segments = streams.live(good)?.rendition('main')?.segments ?? [];
  const shown = segments.flatMap(({ parts }) => parts.map(({ bytes }) => bytes.toString()));
  const sent = made.filter(({ record }) => record.kind === 'part').map(({ bytes }) => bytes.toString());
  return shown.join() === sent.join()
    ? []
    : [`of the good stream ${shown.length} parts are shown, ${sent.length} were sent`];
}

/** Milliseconds: Kafka is waited for as long as this server does itself, and some more. */
const answersWithin = 20_000;
const growsFor = 200;
const namesOfPlaylists = ['live.m3u8', 'live.m3u8?_HLS_skip=YES', 'live.m3u8?from=0', 'vod.m3u8'];

/** Whoever asks after any stream gets an answer, and none that says that the server is at fault. */
async function answerFaults(streams: OpenStreams, server: DeliveryServer): Promise<string[]> {
  const faults: string[] = [];
  const ask = async (path: string): Promise<void> => {
    // A segment that grows is answered for as long as it does.
    const mayGrow = path.includes('/seg-');
    const over = new AbortController();
    const { signal } = over;
    const late = delay(mayGrow ? growsFor : answersWithin, undefined, { signal }).catch(() => undefined);
    const got = await Promise.race([get(`${server.url}${path}`), late]);
    // Or all that it holds would be held until then.
    over.abort();
    if (got === undefined) {
      if (!mayGrow) faults.push(`${path} is not answered`);
      return;
    }
    const { status, body } = got;
    if (status >= 500 && status !== 503) faults.push(`${path} is answered with ${status}`);
    if (body.length > 2_000_000) faults.push(`${path} has ${body.length} bytes`);
    if (path.includes(`/${good}/`) && path.endsWith('live.m3u8') && status !== 200)
      faults.push(`${path} is answered with ${status}`);
  };
  await ask('/api/streams');
  for (const { name } of streams.list()) {
    const window = streams.live(name);
    const renditions = new Set([...(window?.renditions ?? []).map((rendition) => rendition.name)]);
    for (const { sizes } of streams.archive.segments(name).slice(-3))
      for (const rendition of Object.keys(sizes)) renditions.add(rendition);
    await Promise.all(['index.m3u8', 'manifest.mpd'].map((path) => ask(`/live/${name}/${path}`)));
    for (const rendition of [...renditions].slice(0, 3)) {
      await Promise.all(namesOfPlaylists.map((path) => ask(`/live/${name}/${rendition}/${path}`)));
      const segment = streams.archive.segments(name).at(-1);
      if (segment !== undefined)
        await ask(`/live/${name}/${rendition}/seg-${segment.epoch}-${segment.media}.m4s`);
    }
  }
  return faults;
}

/** A reader of the good stream gets it too, from its beginning on. */
async function playFaults(kafka: Kafka, made: readonly MadeRecord[]): Promise<string[]> {
  const stop = new AbortController();
  const { signal } = stop;
  const sent = made.filter(({ record }) => record.kind === 'part').map(({ bytes }) => bytes.toString());
  const played: string[] = [];
  const reading = { stream: good, topic, once: true, from: 'beginning', atSegments: false, signal } as const;
  for await (const step of readStream(kafka, { ...reading, onEvent: () => {} })) {
    if (step.type === 'chunk') played.push(step.bytes.toString());
    if (played.length === sent.length) break;
  }
  return played.join() === sent.join() ? [] : [`a player of the good stream gets ${played.join()}`];
}
