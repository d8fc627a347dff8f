/** Where partitions begin and end, and where a time stands: the ListOffsets API, asked of each partition's leader. */

import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { NotNow } from '../cluster/failures.ts';
import { errorOf } from '../cluster/refusals.ts';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { listOffsetsV7 } from '../codecs.ts';
import { KafkaError, type OffsetAt } from '../contract.ts';

function timestampOf(at: OffsetAt): bigint {
  if (at === 'latest') return -1n;
  return at === 'earliest' ? -2n : BigInt(at.time);
}

/** Asks the cluster for the topic. Rejects with KafkaError `unknown-topic` when there is none. Does not retry. */
export async function requireTopic(cluster: Cluster, name: string): Promise<TopicMetadata> {
  return required(await cluster.refreshTopic(name), name);
}

/** Throws KafkaError `unknown-topic` when there is none. */
export function required(topic: TopicMetadata | undefined, name: string): TopicMetadata {
  if (topic === undefined) throw new KafkaError('unknown-topic', `There is no topic ${name}.`);
  return topic;
}

/** Partition -> offset, of these partitions or all. For a time after the last record: the end. Does not retry. */
export async function listOffsets(
  cluster: Cluster,
  name: string,
  at: OffsetAt,
  only?: readonly number[],
): Promise<Map<number, number>> {
  return cluster.withTopic(name, async (known) => {
    const topic = required(known, name);
    const wanted = only ?? [...topic.partitions.keys()];
    const offsets = await offsetsOf(cluster, topic, wanted, timestampOf(at));
    const late = wanted.filter((partition) => offsets.get(partition) === -1);
    if (late.length === 0) return offsets;
    const ends = await offsetsOf(cluster, topic, late, -1n);
    for (const [partition, end] of ends) offsets.set(partition, end);
    return offsets;
  });
}

async function offsetsOf(
  cluster: Cluster,
  topic: TopicMetadata,
  partitions: readonly number[],
  timestamp: bigint,
): Promise<Map<number, number>> {
  const byLeader = Map.groupBy(partitions, (partition) => topic.partitions[partition]?.leader ?? -1);
  const answers = await Promise.all(
    [...byLeader].map(async ([leader, indexes]) => {
      if (leader < 0)
        throw new NotNow(Code.leaderNotAvailable, `find the leader of ${topic.name}-${indexes.join(',')}`);
      const connection = await cluster.connection(leader);
      const response = await ask(connection, listOffsetsV7.api, -1, 0, [
        {
          name: topic.name,
          partitions: indexes.map((partitionIndex) => ({
            partitionIndex,
            currentLeaderEpoch: -1,
            timestamp,
          })),
        },
      ]);
      return response.topics.flatMap((answer) => answer.partitions);
    }),
  );
  const offsets = new Map<number, number>();
  for (const { partitionIndex, errorCode, offset } of answers.flat()) {
    const what = `find the offsets of ${topic.name}-${partitionIndex}`;
    // The topic is there, so the leader merely has not heard of it (or no longer leads it).
    if (errorCode === Code.unknownTopicOrPartition) throw new NotNow(Code.unknownTopicOrPartition, what);
    if (errorCode !== Code.none) throw errorOf('offsets', errorCode, what, null, { topic: topic.name });
    offsets.set(partitionIndex, Number(offset));
  }
  return new Map([...offsets].sort(([a], [b]) => a - b));
}
