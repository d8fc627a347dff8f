/** The topics of files: made when they are missing, described, watched for change. */
import { setTimeout as delay } from 'node:timers/promises';
import { crashPoint } from '../../crash-points.ts';
import { ConfigurationError } from '../../errors.ts';
import { type Kafka, KafkaError, type NewTopic, type TopicDescription } from '../../kafka/contract.ts';
import type { ResumedEvent, WaitingEvent } from './events.ts';

/** Kafka's own default of `max.message.bytes`, taken where the ACLs do not let us read it. */
export const usualMaxMessageBytes = 1_048_588;

/** Milliseconds between two looks for a topic that is not there yet. */
const topicWait = 1000;

/** Partitions of `T.state`; fixed for ever, for an uploader's name decides which one is its own. */
export const statePartitions = 8;

export interface NewTopicWishes {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Milliseconds; undefined: the cluster's default. */
  readonly retention?: number;
}

export function stateTopicOf(topic: string): string {
  return `${topic}.state`;
}

/** The topics of an uploader. */
export interface UploadTopics {
  readonly files: TopicDescription;
  readonly state: TopicDescription;
  /** The state topic was made just now: whoever made it has to say since when it tells. */
  readonly isNewState: boolean;
}

/**
 * Looks at the topics that stand before any is made or written to: a refusal is to leave nothing behind. Throws ConfigurationError
 * where one cannot serve as it is set; `checkLimit` is told what the files topic takes.
 */
export async function lookAtTopics(
  kafka: Kafka,
  name: string,
  checkLimit: (maxMessageBytes: number) => void,
): Promise<Partial<Pick<UploadTopics, 'files' | 'state'>>> {
  const described = [name, stateTopicOf(name)].map((topic) => kafka.describeTopic(topic));
  const [files, state] = await Promise.all(described);
  const policy = files?.config['cleanup.policy'];
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
  if (files !== undefined) checkLimit(files.maxMessageBytes ?? usualMaxMessageBytes);
  return { ...(files && { files }), ...(state && { state }) };
}

/** The topics, those made that were missing. Throws ConfigurationError when one is missing and may not be made. */
export async function openTopics(
  kafka: Kafka,
  name: string,
  wishes: NewTopicWishes,
  checkLimit: (maxMessageBytes: number) => void,
): Promise<UploadTopics> {
  const standing = await lookAtTopics(kafka, name, checkLimit);
  const { replicationFactor } = wishes;
  // Not as the cluster has it by default: that may be compaction.
  const config: Record<string, string> = { 'cleanup.policy': 'delete', 'compression.type': 'producer' };
  if (wishes.retention !== undefined) config['retention.ms'] = String(wishes.retention);
  const newFiles = { name, partitions: wishes.partitions, replicationFactor, config };
  const newState = {
    name: stateTopicOf(name),
    partitions: statePartitions,
    replicationFactor,
    config: { 'cleanup.policy': 'compact' },
  };
  const [files, state] = await Promise.all([
    standing.files ?? makeTopic(kafka, newFiles, 'topic:after-make'),
    standing.state ?? makeTopic(kafka, newState, 'state-topic:after-make'),
  ]);
  return { files, state, isNewState: standing.state === undefined };
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
  return (await kafka.describeTopic(topic.name)) ?? makeTopic(kafka, topic, 'topic:after-make');
}

async function makeTopic(
  kafka: Kafka,
  topic: NewTopic,
  point: Parameters<typeof crashPoint>[0],
): Promise<TopicDescription> {
  try {
    const made = await kafka.createTopic(topic);
    crashPoint(point);
    return made;
  } catch (cause) {
    if (!(cause instanceof KafkaError) || cause.kind !== 'unauthorized') throw cause;
    throw new ConfigurationError(
      `topic ${topic.name} does not exist and this user may not create it: have it made, or ask for the right Create on Topic:${topic.name}`,
      { cause },
    );
  }
}
