/** Keys of those who send: made, listed, taken back. The library's face of it, and of `sluice ingest key`. */
import { randomBytes } from 'node:crypto';
import { ConfigurationError, FormatError } from '../../../errors.ts';
import { createKafka } from '../../../kafka/client.ts';
import type { Kafka } from '../../../kafka/contract.ts';
import type { ClientProperties } from '../../../kafka/properties.ts';
import type { Logger } from '../../../log.ts';
import {
  decodeSenderKey,
  encodeSenderKey,
  type SenderKey,
  senderKeyDigest,
  senderKeyId,
  senderKeyTombstone,
} from '../../../records/sender-key.ts';
import { keysTopicOf, openKeysTopic } from '../../topics.ts';
import { ingestDefaults } from '../options.ts';
import { expectPattern } from './pattern.ts';

export interface KeyOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  /** The media topic. Default `live`. */
  readonly topic?: string;
  /** Give up with UnreachableError when no broker answers for so many milliseconds. Default: never. */
  readonly giveUpAfter?: number;
  readonly logger?: Logger;
}

export interface AddKeyOptions extends KeyOptions {
  /** A glob over names of streams. */
  readonly stream: string;
  /** For people: whose it is. */
  readonly name?: string;
  /** Milliseconds from now on for which it is good. Default: for ever. */
  readonly expires?: number;
  /** Used when the topic must be created. */
  readonly replicationFactor?: number;
}

/** A new key: told once, and kept nowhere. */
export interface NewSenderKey extends SenderKey {
  readonly key: string;
  readonly id: string;
}

/** What a key is called by; all that is given must fit. */
export interface WhichKeys {
  /** As its pattern was written. */
  readonly stream?: string;
  readonly name?: string;
  /** The first digits of its digest, as `list` shows them. */
  readonly id?: string;
}

/** Bytes: none can be guessed, so that a plain digest of it hides it. */
const keyBytes = 32;

/** Makes a key, which every server of the topic knows at once. Throws ConfigurationError for a pattern that is none, and as `publish` does. */
export async function addKey(options: AddKeyOptions): Promise<NewSenderKey> {
  const { stream, name = '', expires, replicationFactor = ingestDefaults.replicationFactor } = options;
  expectPattern(stream);
  const key = randomBytes(keyBytes).toString('base64url');
  const created = Date.now();
  const record: SenderKey = {
    digest: senderKeyDigest(key),
    streams: stream,
    name,
    created,
    ...(expires === undefined ? {} : { expires: created + expires }),
  };
  return withKafka(options, async (kafka, topic) => {
    await openKeysTopic(kafka, topic, { replicationFactor });
    await kafka.producer().append(keysTopicOf(topic), 0, encodeSenderKey(record));
    return { ...record, key, id: senderKeyId(record.digest) };
  });
}

/** The keys that stand on the topic, those that are over too, the oldest first. */
export async function listKeys(options: KeyOptions & WhichKeys): Promise<readonly SenderKey[]> {
  return withKafka(options, async (kafka, topic) => {
    const keys = await standingKeys(kafka, topic);
    return keys.filter((key) => isMeant(key, options)).sort((one, other) => one.created - other.created);
  });
}

/** Takes keys back; who sends by one of them is sent away. Gives them. Throws ConfigurationError when nothing says which. */
export async function removeKeys(options: KeyOptions & WhichKeys): Promise<readonly SenderKey[]> {
  const { stream, name, id } = options;
  if (stream === undefined && name === undefined && id === undefined)
    throw new ConfigurationError('which key is to be taken back? Name its --stream, its --name or its id');
  return withKafka(options, async (kafka, topic) => {
    const meant = (await standingKeys(kafka, topic)).filter((key) => isMeant(key, options));
    const producer = kafka.producer();
    const taken = meant.map(({ digest }) =>
      producer.append(keysTopicOf(topic), 0, senderKeyTombstone(digest)),
    );
    await Promise.all(taken);
    return meant;
  });
}

async function standingKeys(kafka: Kafka, topic: string): Promise<SenderKey[]> {
  const name = keysTopicOf(topic);
  const keys = new Map<string, SenderKey>();
  if ((await kafka.describeTopic(name)) === undefined) return [];
  await kafka.readToEnd(name, 0, 0, (record) => {
    try {
      const { digest, key } = decodeSenderKey(record);
      if (key === undefined) keys.delete(digest);
      else keys.set(digest, key);
    } catch (error) {
      // Whoever wrote it does not keep to the format; it opens nothing.
      if (!(error instanceof FormatError)) throw error;
    }
  });
  return [...keys.values()];
}

function isMeant(key: SenderKey, { stream, name, id }: WhichKeys): boolean {
  if (stream !== undefined && key.streams !== stream) return false;
  if (name !== undefined && key.name !== name) return false;
  return id === undefined || (id !== '' && key.digest.startsWith(id.toLowerCase()));
}

async function withKafka<T>(
  { kafka: properties, topic = ingestDefaults.topic, giveUpAfter, logger }: KeyOptions,
  work: (kafka: Kafka, topic: string) => Promise<T>,
): Promise<T> {
  const kafka = createKafka({
    properties,
    clientId: 'sluice-ingest-key',
    ...(logger === undefined ? {} : { logger }),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
  });
  try {
    return await work(kafka, topic);
  } finally {
    await kafka.close();
  }
}
