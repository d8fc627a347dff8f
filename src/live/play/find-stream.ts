/** Where a stream stands, by its claim: waited for, where it is not there yet. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, FormatError } from '../../errors.ts';
import type { ResumedEvent, WaitingEvent } from '../../files/shared/events.ts';
import type { AssignedReading, ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { decodeClaim } from '../../records/live-claim.ts';
import { isStreamName, noStreamName } from '../../records/live-names.ts';
import { statePartition } from '../../records/state-record.ts';
import { holderAfter, type StandingClaim } from '../publish/claim.ts';
import { streamsTopicOf } from '../topics.ts';

export interface FindOptions {
  readonly kafka: Kafka;
  /** The media topic. */
  readonly topic: string;
  readonly stream: string;
  /** A stream whose programme is over will do. */
  readonly mayHaveEnded: boolean;
  /** Where a claim stands on `L.streams` that will not do, nor those before it. */
  readonly after?: number | undefined;
  /** Throw instead of waiting. */
  readonly once: boolean;
  /** Told once, when waiting begins; and when what was waited for is there. */
  readonly onEvent: (event: WaitingEvent | ResumedEvent) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks for a topic. */
const lookEvery = 1000;

/**
 * The stream's newest claim. Undefined when the signal came first. Throws ConfigurationError for a name that no stream can have, and with
 * `once` when there is no such stream.
 */
export async function findStream(options: FindOptions): Promise<StandingClaim | undefined> {
  const { kafka, stream, mayHaveEnded, once, signal, onEvent } = options;
  if (!isStreamName(stream)) {
    throw new ConfigurationError(noStreamName(stream));
  }
  let isTold = false;
  const tellWaiting = (message: string): void => {
    if (!isTold) onEvent({ type: 'waiting', on: 'source', message });
    isTold = true;
  };
  const tellFound = (claim: StandingClaim | undefined): StandingClaim | undefined => {
    if (isTold && claim !== undefined)
      onEvent({ type: 'resumed', on: 'source', message: `stream "${stream}" is there` });
    return claim;
  };
  const partitions = await partitionsOf(options, tellWaiting);
  if (partitions === undefined) return undefined;
  const topic = streamsTopicOf(options.topic);
  const partition = statePartition(stream, partitions);
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  const begin = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
  const found = new Claims(stream, mayHaveEnded, options.after ?? -1);
  const before = { topic, from: new Map([[partition, begin]]), until: new Map([[partition, end]]) };
  if (begin < end) await found.read(kafka, { ...before, signal }, false);
  if (found.claim !== undefined || signal.aborted) return tellFound(found.claim);
  const message = found.hasEnded
    ? `the programme of stream "${stream}" is over`
    : `nobody has published a stream "${stream}" on topic ${options.topic} yet`;
  if (once) {
    throw new ConfigurationError(
      found.hasEnded ? `${message}: --from plays what the topic still holds of it` : message,
    );
  }
  tellWaiting(found.hasEnded ? `${message}; waiting for its next one` : `${message}; waiting for it`);
  await found.read(kafka, { topic, from: new Map([[partition, end]]), signal }, true);
  return tellFound(found.claim);
}

/** How many partitions `L.streams` has; undefined when the signal came before the topic. */
async function partitionsOf(
  { kafka, topic, once, signal }: FindOptions,
  tellWaiting: (message: string) => void,
): Promise<number | undefined> {
  while (!signal.aborted) {
    const found = await kafka.describeTopic(streamsTopicOf(topic));
    if (found !== undefined) return found.partitions;
    const message = `there is no live video on topic ${topic} yet`;
    if (once)
      throw new ConfigurationError(
        `${message} (topic ${streamsTopicOf(topic)} is missing): publish there first, or name another with --topic`,
      );
    tellWaiting(`${message}; waiting for it`);
    await delay(lookEvery, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

/** The claims of one stream, as they are read. */
class Claims {
  readonly #stream: string;
  readonly #mayHaveEnded: boolean;
  readonly #after: number;
  #holder: StandingClaim | undefined;

  constructor(stream: string, mayHaveEnded: boolean, after: number) {
    this.#stream = stream;
    this.#mayHaveEnded = mayHaveEnded;
    this.#after = after;
  }

  /** Where the stream stands; undefined while it is not as it must be. */
  get claim(): StandingClaim | undefined {
    if (this.#holder === undefined || this.#holder.at <= this.#after) return undefined;
    return this.hasEnded && !this.#mayHaveEnded ? undefined : this.#holder;
  }

  get hasEnded(): boolean {
    return this.#holder?.state === 'ended';
  }

  /** `awaited`: until the first claim that will do. */
  async read(kafka: Kafka, reading: AssignedReading, awaited: boolean): Promise<void> {
    for await (const batch of kafka.consumer({ ...reading, onGap: () => {}, onCut: () => {} })) {
      for (const record of batch.records) this.#take(record);
      batch.release();
      if (awaited && this.claim !== undefined) return;
    }
  }

  #take(record: ConsumedRecord): void {
    if (record.key === null || Buffer.from(record.key).toString() !== this.#stream) return;
    try {
      const claim = decodeClaim(record);
      const standing = claim && { ...claim, at: record.offset, written: record.timestamp };
      this.#holder = holderAfter(this.#holder, standing);
    } catch (error) {
      // Whoever wrote it does not keep to the format; nobody can have claimed anything by it.
      if (!(error instanceof FormatError)) throw error;
    }
  }
}
