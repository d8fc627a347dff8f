/** What a broker's metadata says of a topic, and whether another broker is to be asked. PURE. */
import type { MetadataResponse } from '../codecs.ts';
import { KafkaError } from '../contract.ts';
import { Code } from './error-codes.ts';
import { NetworkFailure } from './failures.ts';
import { errorOf } from './refusals.ts';

export interface PartitionMetadata {
  /** Broker id, -1 while there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** UUID as text. */
  readonly id: string;
  readonly partitions: readonly PartitionMetadata[];
}

const noId = '00000000-0000-0000-0000-000000000000';

/** The topic as an answer describes it; undefined when the broker knows none. Throws NetworkFailure, NotNow or KafkaError. */
export function topicOf(response: MetadataResponse, name: string): TopicMetadata | undefined {
  const topic = response.topics.find((candidate) => candidate.name === name);
  if (topic === undefined || topic.errorCode === Code.unknownTopicOrPartition) return undefined;
  // A topic without a leader for some partition is known all the same; its owner waits for that partition.
  if (topic.errorCode !== Code.none && topic.errorCode !== Code.leaderNotAvailable)
    throw errorOf('metadata', topic.errorCode, `find topic ${name}`, null, { topic: name });
  if (topic.topicId === noId && topic.errorCode === Code.none) {
    // Nothing can be fetched by such an id, however often it is tried.
    throw new KafkaError(
      'unsupported',
      `Topic ${name} has no topic id (KIP-516), as on brokers whose inter.broker.protocol.version is below 2.8. Raise it`,
    );
  }
  const partitions = [...topic.partitions]
    .sort((a, b) => a.partitionIndex - b.partitionIndex)
    .map(({ partitionIndex, leaderId, leaderEpoch }, index) => {
      // A spoiled number, and there would seem to be partitions that are none.
      if (partitionIndex !== index)
        throw new NetworkFailure(
          `The metadata of topic ${name} names ${partitionIndex} as partition ${index}`,
        );
      return { leader: leaderId, leaderEpoch };
    });
  return { name, id: topic.topicId, partitions };
}

/** True when both say the same of the topic's partitions. */
export function isSameTopic(known: TopicMetadata | undefined, now: TopicMetadata | undefined): boolean {
  if (known === undefined || now === undefined) return known === now;
  if (known.id !== now.id || known.partitions.length !== now.partitions.length) return false;
  return known.partitions.every(({ leader, leaderEpoch }, index) => {
    const other = now.partitions[index]!;
    return leader === other.leader && leaderEpoch === other.leaderEpoch;
  });
}

/**
 * True when an answer takes back what is known: no such topic, another one, fewer partitions, or leaders of an older epoch. One broker
 * may merely be behind, so that another one is to be asked.
 */
export function takesBack(known: TopicMetadata | undefined, answer: TopicMetadata | undefined): boolean {
  if (answer === undefined) return true;
  if (known === undefined) return false;
  if (known.id !== answer.id || answer.partitions.length < known.partitions.length) return true;
  return known.partitions.some(({ leaderEpoch }, index) => isOlder(answer.partitions[index]!, leaderEpoch));
}

/** Who tells no epoch can only be believed. */
function isOlder({ leaderEpoch }: PartitionMetadata, known: number): boolean {
  return leaderEpoch >= 0 && leaderEpoch < known;
}

/**
 * What holds when a second broker was asked because the first took back what is known: that stays if the second knows it. If neither
 * does, it was known wrongly, or is over, and the newest of what they say holds.
 */
export function secondOpinion(
  known: TopicMetadata | undefined,
  first: TopicMetadata | undefined,
  second: TopicMetadata | undefined,
): TopicMetadata | undefined {
  if (!takesBack(known, second) || first === undefined) return second;
  return second === undefined || takesBack(first, second) ? first : second;
}
