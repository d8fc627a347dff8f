/** Takes live video from those who send it, and publishes each stream through a topic: the library's face of it. */
import { describeError, FormatError } from '../../errors.ts';
import type { Watched } from '../../figures/figure.ts';
import { figuresDefaults } from '../../figures/options.ts';
import { createKafka } from '../../kafka/client.ts';
import type { ConsumedRecord, Kafka, KafkaStatus } from '../../kafka/contract.ts';
import { silentLogger } from '../../log.ts';
import { decodeClaim } from '../../records/live-claim.ts';
import { decodeSenderKey } from '../../records/sender-key.ts';
import type { EncodingOptions } from '../encode/options.ts';
import { followTable } from '../follow-table.ts';
import { keysTopicOf, openKeysTopic, openLiveTopics, streamsTopicOf } from '../topics.ts';
import { Board } from './board.ts';
import { IngestDesk } from './desk/desk.ts';
import { Holders } from './desk/holders.ts';
import { Plans } from './desk/plans.ts';
import { doorkeeperOf } from './doorkeeper.ts';
import type { IngestEvent } from './events.ts';
import { ingestFigures } from './figures.ts';
import { IngestReport } from './ingest-report.ts';
import { KnownKeys } from './keys/known-keys.ts';
import { type IngestOptions, type IngestSettings, ingestSettings } from './options.ts';
import { publishSent } from './publish-sent.ts';
import { Refusals } from './refusals.ts';
import { type OpenServer, openServers, prepareServers } from './servers.ts';
import { standByKeyframes } from './stand-by-keyframes.ts';

/** A server that takes streams. */
export interface RunningIngest {
  /** Resolves when it has ended after the signal, all programmes in good order; rejects with what else ended it. */
  readonly ended: Promise<void>;
}

/** Milliseconds between two looks whether keys are over, and whether there are refusals to be told. */
const reviewEvery = 1000;

/**
 * Listens for senders, and publishes what those send who have a key. Resolves once it listens and knows the keys. Rejects with
 * ConfigurationError (options, ports, topics), UnreachableError (past `giveUpAfter`) or KafkaError (refused credentials or rights).
 */
export async function ingest(options: IngestOptions): Promise<RunningIngest> {
  const settings = ingestSettings(options);
  const { signal, logger = silentLogger } = settings;
  const board = new Board();
  const report = new IngestReport(board);
  const refusals = new Refusals((event) => settings.onEvent?.(event));
  const onEvent = (event: IngestEvent): void => {
    board.push(event, Date.now());
    report.see(event);
    if (event.type === 'refused') refusals.push(event, performance.now());
    else settings.onEvent?.(event);
  };
  const doorkeeper = await doorkeeperOf(settings);
  const plans = new Plans(encodingOptions(settings), settings.ffmpeg);
  // What cannot be encoded so is not to be found out by the first sender.
  await plans.of('flv');
  const prepared = await prepareServers(settings);
  const reach = new Reach(onEvent);
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const kafka = createKafka({
    properties: settings.kafka,
    clientId: 'sluice-ingest',
    logger,
    onStatus: (status) => reach.onStatus(status),
    ...(settings.giveUpAfter === undefined ? {} : { giveUpAfter: settings.giveUpAfter }),
  });
  const servers: OpenServer[] = [];
  let opened: IngestDesk | undefined;
  // Nothing is open yet that would have to end in good order.
  const giveUp = (): void => void kafka.close();
  stopped.addEventListener('abort', giveUp, { once: true });
  try {
    // Before Kafka is reached there is something to be told too: that it is not.
    const unwell = () => reach.away ?? (opened === undefined ? 'it has not begun yet' : undefined);
    // Once it has begun nobody else would do better: those who send go on, into the spool.
    const unready = () => (opened === undefined ? unwell() : undefined);
    servers.push(...(await openFiguresOf(board, settings, { reach, unready, unwell }, onEvent)));
    const tables = await openTables(kafka, settings, stopped, onEvent);
    const desk = new IngestDesk({
      admit: (caller) => {
        if (doorkeeper !== undefined) return doorkeeper.ask(caller);
        const answer = tables.keys.ask(caller.key, caller.stream, Date.now());
        return answer.isGood ? { isGood: true, opener: answer.digest } : answer;
      },
      isKey: (text) => tables.keys.has(text) || doorkeeper?.isKey(text) === true,
      onLeft: (caller) => doorkeeper?.left(caller),
      onUnknown: (reason) => refusals.unknown(reason, performance.now()),
      away: () => reach.away,
      holders: tables.holders,
      second: settings.second,
      maxStreams: settings.maxStreams,
      silence: settings.stallAfter,
      copies: { picture: settings.videoCodec === 'copy', sound: settings.audioCodec === 'copy' },
      publish: (publishing) => publishSent({ settings, plans, onEvent }, publishing),
      onEvent,
    });
    opened = desk;
    const review = (): void =>
      desk.review(
        (opener, stream) =>
          doorkeeper?.holds(opener, Date.now()) ?? tables.keys.holds(opener, stream, Date.now()),
      );
    tables.onKey = review;
    servers.push(...(await openServers(desk, settings, prepared, onEvent)));
    if (tables.keys.size === 0 && doorkeeper === undefined)
      onEvent({ type: 'notice', message: noKeys(settings.topic) });
    stopped.removeEventListener('abort', giveUp);
    const reporter = report.begin(kafka, settings.topic, logger);
    const timer = setInterval(() => {
      review();
      refusals.review(performance.now());
    }, reviewEvery);
    const ended = run(tables.following, stopped).finally(async () => {
      clearInterval(timer);
      // Those who come now are told so, while those who are there end.
      await desk.close();
      await Promise.all(servers.map((server) => server.close()));
      await reporter.end();
      stop.abort();
      await tables.following.catch(() => {});
      await kafka.close();
    });
    ended.catch((error: unknown) => logger.error({ reason: describeError(error) }, 'ingest has ended'));
    return { ended };
  } catch (error) {
    // Of several ports the first may have let somebody in before the last could not be had.
    await opened?.close();
    stop.abort();
    await Promise.all(servers.map((server) => server.close()));
    await kafka.close();
    throw error;
  }
}

/** Where figures are asked for. */
async function openFiguresOf(
  board: Board,
  { metricsPort: port, metricsHost: host = figuresDefaults.metricsHost, spoolBytes }: IngestSettings,
  { reach, ...health }: { readonly reach: Reach } & Omit<Watched, 'figures'>,
  onEvent: (event: IngestEvent) => void,
): Promise<readonly OpenServer[]> {
  if (port === undefined) return [];
  // Who asks for no figures loads nothing for them.
  const { openFigures } = await import('../../figures/server.ts');
  const server = await openFigures({
    watched: { figures: ingestFigures(board, () => reach.away !== undefined, spoolBytes), ...health },
    host,
    port,
    pages: { '/api/ingest': () => ({ streams: board.streams, ...board.totals }) },
  });
  onEvent({ type: 'figures', url: server.url });
  return [server];
}

/** Until the signal, or until reading has become impossible. */
async function run(following: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([following, aborted.promise]);
}

interface Tables {
  readonly keys: KnownKeys;
  readonly holders: Holders;
  /** Is called when a key has come or gone. */
  onKey: () => void;
  /** Rejects when they cannot be read any more. */
  readonly following: Promise<void>;
}

/** Opens the topics, and resolves when keys and claims are known. */
async function openTables(
  kafka: Kafka,
  settings: IngestSettings,
  signal: AbortSignal,
  onEvent: (event: IngestEvent) => void,
): Promise<Tables> {
  const { topic } = settings;
  await openLiveTopics(kafka, topic, settings);
  await openKeysTopic(kafka, topic, settings);
  const keys = new KnownKeys();
  const holders = new Holders();
  const known = Promise.withResolvers<void>();
  const read = (name: string, onRecord: (record: ConsumedRecord) => void): Promise<void> => {
    behind += 1;
    return followTable({
      kafka,
      topic: name,
      signal,
      onRecord: (record) => {
        try {
          onRecord(record);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          onEvent({ type: 'notice', message: `a record of ${name} is passed over: ${describeError(error)}` });
        }
      },
      onCaughtUp: () => {
        behind -= 1;
        if (behind === 0) known.resolve();
      },
    });
  };
  let behind = 0;
  const following = Promise.all([
    read(keysTopicOf(topic), (record) => {
      const { digest, key } = decodeSenderKey(record);
      keys.take(digest, key);
      tables.onKey();
    }),
    read(streamsTopicOf(topic), (record) => {
      const claim = decodeClaim(record);
      const stream = claim?.stream ?? Buffer.from(record.key ?? []).toString();
      const standing =
        claim === undefined ? undefined : { ...claim, at: record.offset, written: record.timestamp };
      holders.take(stream, standing, performance.now());
    }),
  ]).then(() => {});
  const tables: Tables = { keys, holders, onKey: () => {}, following };
  await Promise.race([known.promise, following]);
  return tables;
}

function encodingOptions(settings: IngestSettings): EncodingOptions {
  const { renditions, rate, partTarget, segmentTarget, keyframeInterval, chunks } = settings;
  const { videoCodec, audioCodec, audioBitrate, deinterlace, preset, tune } = settings;
  const all = { renditions, rate, partTarget, segmentTarget, chunks };
  const wished = { ...all, videoCodec, audioCodec, audioBitrate, deinterlace, preset, tune };
  const given = { ...wished, keyframeInterval };
  const set: EncodingOptions = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  if (settings.second !== 'stand-by' || keyframeInterval !== undefined) return set;
  const half = standByKeyframes(set);
  return half === undefined ? set : { ...set, keyframeInterval: half };
}

function noKeys(topic: string): string {
  return `nobody has a key yet, so that nobody can send: sluice ingest key add --topic ${topic} --stream NAME makes one`;
}

/** Whether Kafka can be reached. */
class Reach {
  readonly #onEvent: (event: IngestEvent) => void;
  #isAway = false;

  constructor(onEvent: (event: IngestEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** What is said to who comes now; our brokers are nobody's business. */
  get away(): string | undefined {
    return this.#isAway ? 'this server cannot reach its store at present: connect again later' : undefined;
  }

  onStatus({ state, message }: KafkaStatus): void {
    if (state === 'unreachable' && !this.#isAway) {
      this.#isAway = true;
      this.#onEvent({ type: 'waiting', on: 'kafka', message });
    } else if (state === 'connected' && this.#isAway) {
      this.#isAway = false;
      this.#onEvent({ type: 'resumed', on: 'kafka', message });
    }
  }
}
