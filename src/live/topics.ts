/** The topics of live video: made when they are missing, and looked at before they are used. */
import { ConfigurationError } from '../errors.ts';
import { type NewTopicWishes, openTopic } from '../files/shared/topics.ts';
import type { Kafka, TopicDescription } from '../kafka/contract.ts';

/** Index of segments. FORMAT.md, "Index of segments". */
export function indexTopicOf(topic: string): string {
  return `${topic}.index`;
}

/** Claims. FORMAT.md, "Streams". */
export function streamsTopicOf(topic: string): string {
  return `${topic}.streams`;
}

/** Keys of those who may send. FORMAT.md, "Keys". */
export function keysTopicOf(topic: string): string {
  return `${topic}.keys`;
}

export interface LiveTopics {
  readonly media: TopicDescription;
  readonly index: TopicDescription;
  readonly streams: TopicDescription;
}

/**
 * `max.message.bytes` of the media topic. A part travels in one record, and the part with a keyframe is the largest: Kafka's usual
 * 1 MiB were too little above some 15 Mb/s. Managed clusters rarely allow more than this.
 */
export const liveMessageBytes = 8 * 1024 * 1024;

/** A stream has one record here, renewed every few seconds: a partition is read through at every start. */
export const streamsPartitions = 1;
/** Few, small, and in one order. */
export const keysPartitions = 1;

/** The three topics, made when missing. Throws ConfigurationError when one may not be made, or would lose what has to stay. */
export async function openLiveTopics(
  kafka: Kafka,
  name: string,
  { partitions, replicationFactor, retention }: NewTopicWishes,
): Promise<LiveTopics> {
  const kept: Record<string, string> = { 'cleanup.policy': 'delete' };
  if (retention !== undefined) kept['retention.ms'] = String(retention);
  const media = await openTopic(kafka, {
    name,
    partitions,
    replicationFactor,
    config: { ...kept, 'compression.type': 'producer', 'max.message.bytes': String(liveMessageBytes) },
  });
  const index = await openTopic(kafka, {
    name: indexTopicOf(name),
    partitions: media.partitions,
    replicationFactor,
    config: kept,
  });
  const streams = await openTopic(kafka, {
    name: streamsTopicOf(name),
    partitions: streamsPartitions,
    replicationFactor,
    config: { 'cleanup.policy': 'compact' },
  });
  for (const topic of [media, index]) expectPolicy(topic, 'delete', 'records of a stream would be removed');
  expectPolicy(streams, 'compact', 'streams would be forgotten while they live');
  return { media, index, streams };
}

/** The keys of a media topic, made when missing. Throws ConfigurationError as {@link openLiveTopics} does. */
export async function openKeysTopic(
  kafka: Kafka,
  name: string,
  { replicationFactor }: Pick<NewTopicWishes, 'replicationFactor'>,
): Promise<TopicDescription> {
  const keys = await openTopic(kafka, {
    name: keysTopicOf(name),
    partitions: keysPartitions,
    replicationFactor,
    config: { 'cleanup.policy': 'compact' },
  });
  expectPolicy(keys, 'compact', 'keys would be forgotten while they hold');
  return keys;
}

function expectPolicy(topic: TopicDescription, policy: string, otherwise: string): void {
  const actual = topic.config['cleanup.policy'];
  if (actual === undefined || actual === policy) return;
  throw new ConfigurationError(
    `topic ${topic.name} has cleanup.policy=${actual}, so that ${otherwise}: set it to ${policy}`,
  );
}
