/** The topics of files: made when they are missing, described, watched for change. */
import { setTimeout as delay } from 'node:timers/promises';
import { crashPoint } from '../../crash-points.ts';
import { ConfigurationError } from '../../errors.ts';
import { type Kafka, KafkaError, type NewTopic, type TopicDescription } from '../../kafka/contract.ts';
import { encodeOrigin } from '../../records/state-record.ts';
import type { ResumedEvent, WaitingEvent } from './events.ts';

/** Kafka's own default of `max.message.bytes`, taken where the ACLs do not let us read it. */
export const usualMaxMessageBytes = 1_048_588;

/** Milliseconds between two looks for a topic that is not there yet. */
const topicWait = 1000;

/** Partitions of `T.state`; fixed for ever, for an uploader's name decides which one is its own. */
const statePartitions = 8;

export interface NewTopicWishes {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Milliseconds; undefined: the cluster's default. */
  readonly retention?: number;
}

export function stateTopicOf(topic: string): string {
  return `${topic}.state`;
}

/**
 * Looks at the topics that stand before any is made or written to: a refusal is to leave nothing behind. Throws ConfigurationError
 * where one cannot serve as it is set; `checkLimit` is told what the files topic takes.
 */
export async function checkTopics(
  kafka: Kafka,
  name: string,
  checkLimit: (maxMessageBytes: number) => void,
): Promise<void> {
  const topic = await kafka.describeTopic(name);
  const state = await kafka.describeTopic(stateTopicOf(name));
  const policy = topic?.config['cleanup.policy'];
  if (policy?.includes('compact')) {
    throw new ConfigurationError(
      `topic ${name} has cleanup.policy=${policy}: a compacted topic takes no chunks, which have no keys. Set it to delete, or name another topic`,
    );
  }
  const statePolicy = state?.config['cleanup.policy'];
  if (statePolicy !== undefined && statePolicy !== 'compact') {
    throw new ConfigurationError(
      `topic ${state?.name} has cleanup.policy=${statePolicy}, so that what was sent would be forgotten: set it to compact`,
    );
  }
  if (topic !== undefined) checkLimit(topic.maxMessageBytes ?? usualMaxMessageBytes);
}

/** The files topic, made when it is missing. Throws ConfigurationError when it is missing and may not be made. */
export async function openFilesTopic(
  kafka: Kafka,
  name: string,
  wishes: NewTopicWishes,
): Promise<TopicDescription> {
  // Not as the cluster has it by default: that may be compaction.
  const config: Record<string, string> = { 'cleanup.policy': 'delete', 'compression.type': 'producer' };
  if (wishes.retention !== undefined) config['retention.ms'] = String(wishes.retention);
  return openTopic(kafka, {
    name,
    partitions: wishes.partitions,
    replicationFactor: wishes.replicationFactor,
    config,
  });
}

/**
 * The state topic of a files topic, made when it is missing: it says then where the files topic ended, so that every
 * uploader knows what it may have to find out there.
 */
export async function openStateTopic(
  kafka: Kafka,
  topic: TopicDescription,
  replicationFactor: number,
): Promise<TopicDescription> {
  const name = stateTopicOf(topic.name);
  const existing = await kafka.describeTopic(name);
  if (existing === undefined) {
    const config = { 'cleanup.policy': 'compact' };
    const made = await openTopic(kafka, { name, partitions: statePartitions, replicationFactor, config });
    crashPoint('state-topic:after-make');
    const producer = kafka.producer();
    const { clusterId: cluster } = await kafka.describeCluster();
    const origin = encodeOrigin({ topic: topic.id, ends: await endsOf(kafka, topic), cluster });
    const partitions = Array.from({ length: made.partitions }, (_, partition) => partition);
    await Promise.all(partitions.map((partition) => producer.append(name, partition, origin)));
    await producer.close();
    return made;
  }
  return existing;
}

/** Where each partition ends now, in their order. */
export async function endsOf(kafka: Kafka, topic: TopicDescription): Promise<number[]> {
  const ends = await kafka.offsets(topic.name, 'latest');
  return Array.from({ length: topic.partitions }, (_, partition) => ends.get(partition) ?? 0);
}

/** The topic as it is. Throws ConfigurationError when there is none. */
export async function existingTopic(kafka: Kafka, topic: string): Promise<TopicDescription> {
  const description = await kafka.describeTopic(topic);
  if (description === undefined) {
    throw new ConfigurationError(
      `topic ${topic} does not exist: check the name (sluice doctor lists the topics), or let an uploader make it`,
    );
  }
  return description;
}

/** The topic, waited for until an uploader makes it. Undefined when the signal comes first. */
export async function awaitTopic(
  kafka: Kafka,
  topic: string,
  { onEvent, signal }: AwaitTopicOptions,
): Promise<TopicDescription | undefined> {
  let waited = false;
  while (!signal.aborted) {
    const description = await kafka.describeTopic(topic);
    if (description !== undefined) {
      if (waited) onEvent({ type: 'resumed', on: 'kafka', message: `topic ${topic} is there` });
      return description;
    }
    if (!waited) {
      const message = `topic ${topic} does not exist yet; it goes on as soon as an uploader has made it`;
      onEvent({ type: 'waiting', on: 'kafka', message });
    }
    waited = true;
    await delay(topicWait, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

export interface AwaitTopicOptions {
  readonly onEvent: (event: WaitingEvent | ResumedEvent) => void;
  readonly signal: AbortSignal;
}

/** A topic, made when it is missing. Throws ConfigurationError when it is missing and may not be made. */
export async function openTopic(kafka: Kafka, topic: NewTopic): Promise<TopicDescription> {
  const existing = await kafka.describeTopic(topic.name);
  if (existing !== undefined) return existing;
  try {
    await kafka.createTopic(topic);
    crashPoint('topic:after-make');
  } catch (cause) {
    if (!(cause instanceof KafkaError) || cause.kind !== 'unauthorized') throw cause;
    throw new ConfigurationError(
      `topic ${topic.name} does not exist and this user may not create it: have it made, or ask for the right Create on Topic:${topic.name}`,
      { cause },
    );
  }
  return existingTopic(kafka, topic.name);
}
