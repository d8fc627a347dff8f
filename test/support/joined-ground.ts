/** A stream on a cluster in memory, a place in memory that it is exported to, and servers of both. */
import type { TestContext } from 'node:test';
import { parseArchivePlace } from '../../src/delivery/archive/archive-place.ts';
import { type OpenStreams, openStreams, type StreamsOptions } from '../../src/delivery/streams.ts';
import { createMemoryCluster } from '../../src/kafka/memory.ts';
import { LiveScript } from './live-records.ts';
import { LiveTopic } from './live-topic.ts';
import { PlacedMemory } from './placed.ts';
import { waitFor } from './wait.ts';

/** Milliseconds that a server waits between readings of a place. */
export const quick = { there: 50, first: 5, last: 20, least: 1, away: 10 };
/** A topic, a place that an exporter fills, and servers that read both. */
export async function joinedGround(t: TestContext) {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  const began = Date.now() - 60_000;
  const topic = await LiveTopic.open(kafka, 'live', { began });
  const place = new PlacedMemory();
  const words: { readonly type: string; readonly message: string }[] = [];
  const serve = async (options: Partial<StreamsOptions> = {}): Promise<OpenStreams> => {
    const stop = new AbortController();
    const places = {
      archive: parseArchivePlace('s3://bucket/{stream}'),
      stores: {},
      open: place.open,
      waits: quick,
    };
    const onWord = (word: (typeof words)[number]) => void words.push(word);
    const streams = await openStreams({
      kafka,
      topic: 'live',
      signal: stop.signal,
      cacheBytes: 0,
      places,
      onWord,
      ...options,
    });
    t.after(async () => {
      stop.abort();
      await streams.ended;
    });
    return streams;
  };
  const exporting = (until: number): Promise<void> => {
    const stop = new AbortController();
    const done = place.export(kafka, stop.signal);
    const check = waitFor(() => place.exported >= until).finally(() => stop.abort());
    return Promise.all([done, check]).then(() => {});
  };
  const forget = async (streams: OpenStreams, media: number): Promise<void> => {
    const own = streams.archive.segments('cam');
    cluster.deleteRecords('live', 0, own.find((segment) => segment.media === media)?.first ?? 0);
    // Whoever finds out that Kafka does not have it any more has the server look at what else is gone.
    await streams.archive.bytes(
      'cam',
      'high',
      own.find((segment) => segment.media === media - 1)!.epoch,
      media - 1,
    );
  };
  const script = new LiveScript({
    renditions: ['high', 'low'],
    partsPerSegment: 2,
    partTarget: 500,
    began: began * 1000,
  });
  const append = async (make: (script: LiveScript) => LiveScript): Promise<void> => {
    const from = script.made.length;
    await topic.append(make(script).made.slice(from));
  };
  return { cluster, kafka, topic, place, words, serve, exporting, forget, append };
}
