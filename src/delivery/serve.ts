/** Serves the streams of a topic over HTTP: `sluice serve` as a function. */
import { describeError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import type { KafkaStatus } from '../kafka/contract.ts';
import { silentLogger } from '../log.ts';
import { storeOptionsOf } from '../stores/options.ts';
import { parseArchivePlace } from './archive/archive-place.ts';
import { type DeliveryServer, serveStreams } from './http/server.ts';
import { openServeFigures, serveFigures } from './serve-figures.ts';
import { type ServeEvent, type ServeOptions, serveDefaults } from './serve-options.ts';
import { ServeReport } from './serve-report.ts';
import { followStreams, type OpenStreams } from './streams.ts';

/** A server that runs. */
export interface RunningServer {
  /** Of the page, without a slash at the end. */
  readonly url: string;
  /** Resolves when the server has ended after `close` or the signal; rejects with what else ended it. */
  readonly ended: Promise<void>;
  /** Ends it in good order: waiting requests are answered, connections closed. Idempotent. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at who watches. */
const lookEvery = 1000;

/**
 * Follows the topic and serves what it holds. Listens at once, and answers 503 until it has caught up with the topic: then it resolves.
 * Rejects with ConfigurationError when it may not listen there, and with what makes reading impossible.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const {
    topic,
    window,
    rewind,
    cache,
    memory,
    archive,
    s3: _s3,
    gcs: _gcs,
    metricsPort,
    metricsHost,
    ...listening
  } = withDefaults(options);
  const { signal, logger = silentLogger } = options;
  const report = new ServeReport();
  const onEvent = (event: ServeEvent): void => {
    report.see(event);
    options.onEvent?.(event);
  };
  const places = archive && { archive: parseArchivePlace(archive), stores: storeOptionsOf(options) };
  const stop = new AbortController();
  const going = new AbortController();
  const stopped = AbortSignal.any([going.signal, stop.signal, ...(signal === undefined ? [] : [signal])]);
  const reach = new Reach(onEvent);
  const kafka = createKafka({
    properties: options.kafka,
    clientId: 'sluice-serve',
    logger,
    onStatus: (status) => reach.onStatus(status),
  });
  try {
    const streams = followStreams({
      kafka,
      topic,
      window: window * 1000,
      rewind: rewind * 1000,
      cacheBytes: cache,
      memory,
      ...(places ? { places } : {}),
      // Until the server has closed: who waits has the next part from it.
      signal: stop.signal,
      logger,
      onWord: onEvent,
    });
    // Viewers need not know where our brokers are; those who ask after our health do.
    const starting = () => (streams.ready ? undefined : 'the topic is still being read');
    // Listens at once: while Kafka is away, whoever asks after our health is to hear of that, and not of nothing.
    // Later all servers would be taken out at once, with what they go on serving.
    const unready = () => (streams.ready ? undefined : (reach.away ?? starting()));
    const unwell = () => reach.away ?? starting();
    const server = await serveStreams(streams, {
      ...listening,
      listed: window * 1000,
      starting,
      unready,
      unwell,
      figures: serveFigures(topic, streams, () => reach.away !== undefined),
      logger,
    });
    const health = { unready, unwell };
    const figures = await openServeFigures({ metricsPort, metricsHost }, server, health, onEvent).catch(
      async (error: unknown) => {
        await server.close();
        throw error;
      },
    );
    let untell = () => {};
    const reporter = report.begin(kafka, topic, server.url, logger);
    const ended = run(streams, stopped).finally(async () => {
      untell();
      await server.close();
      await reporter.end();
      await figures?.close();
      stop.abort();
      await kafka.close();
    });
    // Whoever does not look at it is not to be ended by it.
    ended.catch((error: unknown) => logger.error({ reason: describeError(error) }, 'the server has ended'));
    await Promise.race([streams.begun, ended]);
    if (!stopped.aborted) {
      onEvent({ type: 'serving', url: server.url, topic });
      untell = tellStreams(streams, server, onEvent);
    }
    return {
      url: server.url,
      ended,
      async close() {
        going.abort();
        await ended.catch(() => {});
      },
    };
  } catch (error) {
    stop.abort();
    await kafka.close();
    throw error;
  }
}

/** Until the signal, or until reading has become impossible. */
async function run(streams: OpenStreams, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([streams.ended, aborted.promise]);
}

/** Tells of streams that come and go, and of who watches. Returns what ends it. */
function tellStreams(
  streams: OpenStreams,
  server: DeliveryServer,
  onEvent: (event: ServeEvent) => void,
): () => void {
  let known = new Map<string, 'live' | 'ended'>();
  const look = () => {
    const now = new Map(streams.list().map(({ name, state }) => [name, state]));
    for (const [stream, state] of now) {
      if (known.get(stream) !== state) onEvent({ type: 'stream', stream, state });
    }
    for (const stream of known.keys())
      if (!now.has(stream)) onEvent({ type: 'stream', stream, state: 'gone' });
    known = now;
  };
  let said = '{}';
  const timer = setInterval(() => {
    const watched = Object.fromEntries([...server.viewers()].filter(([, count]) => count > 0));
    const text = JSON.stringify(watched);
    if (text === said) return;
    said = text;
    const viewers = Object.values(watched).reduce((sum, count) => sum + count, 0);
    onEvent({ type: 'viewers', viewers, streams: watched });
  }, lookEvery);
  const unlisten = streams.listen(look);
  look();
  return () => {
    clearInterval(timer);
    unlisten();
  };
}

/** Whether Kafka can be reached: for /healthz, /readyz at first, and people. */
class Reach {
  readonly #onEvent: (event: ServeEvent) => void;
  #away: string | undefined;

  constructor(onEvent: (event: ServeEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Why it cannot; undefined: it can, as far as is known. */
  get away(): string | undefined {
    return this.#away;
  }

  onStatus({ state, message }: KafkaStatus): void {
    if (state === 'unreachable') {
      if (this.#away === undefined) this.#onEvent({ type: 'waiting', message });
      this.#away = message;
    } else if (state === 'connected' && this.#away !== undefined) {
      this.#away = undefined;
      this.#onEvent({ type: 'resumed', message });
    }
  }
}

function withDefaults({
  kafka: _kafka,
  signal: _signal,
  logger: _logger,
  onEvent: _onEvent,
  ...own
}: ServeOptions) {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...serveDefaults, ...(given as typeof own) };
}
