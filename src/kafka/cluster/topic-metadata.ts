/** What a broker's metadata says of a topic, and which of two of its statements is the newer. PURE. */
import type { MetadataResponse } from '../codecs.ts';
import { KafkaError } from '../contract.ts';
import { Code } from './error-codes.ts';
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

/** The topic as an answer describes it; undefined when the broker knows none. Throws NotNow or KafkaError. */
export function topicOf(response: MetadataResponse, name: string): TopicMetadata | undefined {
  const topic = response.topics.find((candidate) => candidate.name === name);
  if (topic === undefined || topic.errorCode === Code.unknownTopicOrPartition) return undefined;
  // A topic without a leader for some partition is known all the same; its owner waits for that partition.
  if (topic.errorCode !== Code.none && topic.errorCode !== Code.leaderNotAvailable)
    throw errorOf('metadata', topic.errorCode, `find topic ${name}`);
  if (topic.topicId === noId && topic.errorCode === Code.none) {
    // Nothing can be fetched by such an id, however often it is tried.
    throw new KafkaError(
      'unsupported',
      `Topic ${name} has no topic id (KIP-516), as on brokers whose inter.broker.protocol.version is below 2.8. Raise it`,
    );
  }
  const partitions: PartitionMetadata[] = [];
  for (const { partitionIndex, leaderId, leaderEpoch } of topic.partitions) {
    partitions[partitionIndex] = { leader: leaderId, leaderEpoch };
  }
  return { name, id: topic.topicId, partitions };
}

/** True when an answer takes back what is known: one broker may merely be behind, so that another one is to be asked. */
export function takesBack(known: TopicMetadata | undefined, answer: TopicMetadata | undefined): boolean {
  return answer === undefined || (known !== undefined && known.id !== answer.id);
}

/** What holds after a second broker was asked: what is known stays if either of them knows it. */
export function secondOpinion(
  known: TopicMetadata | undefined,
  first: TopicMetadata | undefined,
  second: TopicMetadata | undefined,
): TopicMetadata | undefined {
  return takesBack(known, second) ? (first ?? second) : second;
}

/**
 * The newest of what is known and of an answer, partition by partition: a leader of an older epoch than the known one is what a
 * broker says that is behind, and partitions do not go away.
 */
export function newest(known: TopicMetadata | undefined, answer: TopicMetadata): TopicMetadata {
  if (known === undefined || known.id !== answer.id) return answer;
  const count = Math.max(known.partitions.length, answer.partitions.length);
  const partitions = Array.from({ length: count }, (_, index) => {
    const [old, recent] = [known.partitions[index], answer.partitions[index]];
    if (old === undefined || recent === undefined) return (recent ?? old)!;
    // Who tells no epoch can only be believed.
    return recent.leaderEpoch >= 0 && recent.leaderEpoch < old.leaderEpoch ? old : recent;
  });
  return { ...answer, partitions };
}
