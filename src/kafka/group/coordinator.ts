/** The broker that looks after a consumer group: how it is found, and how positions are kept with it. */
import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, check, errorOf } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import { findCoordinatorV4, offsetCommitV8, offsetFetchV8 } from '../codecs.ts';
import type { Position } from '../contract.ts';

const groupKey = 0;

/** As whom positions are committed; without one, as nobody's member (generation -1). */
export interface MemberIdentity {
  readonly memberId: string;
  readonly generation: number;
  readonly instanceId: string | null;
}

const nobody: MemberIdentity = { memberId: '', generation: -1, instanceId: null };

/** A link to the group's coordinator. Rejects with what may pass, or KafkaError. Does not retry. */
export async function coordinator(
  cluster: Cluster,
  group: string,
  purpose = 'control',
  requestTimeout?: number,
): Promise<Link> {
  const { connection } = await cluster.anyLink();
  const response = await ask(connection, findCoordinatorV4.api, groupKey, [group]);
  const found = response.coordinators[0]!;
  check(found.errorCode, `find the coordinator of group ${group}`, found.errorMessage);
  if (!cluster.known.brokers.some(({ id }) => id === found.nodeId)) await cluster.metadata([]);
  return cluster.link(found.nodeId, purpose, requestTimeout);
}

/** {@link Kafka.committed}. */
export function committed(
  cluster: Cluster,
  group: string,
  topic: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, Position>> {
  const what = `read the positions of group ${group}`;
  const read = async () => {
    const { connection } = await coordinator(cluster, group);
    const partitions = await cluster.refreshTopic(topic);
    const positions = new Map<number, Position>();
    if (partitions === undefined) return positions;
    const response = await ask(
      connection,
      offsetFetchV8.api,
      [
        {
          groupId: group,
          memberEpoch: -1,
          topics: [{ name: topic, partitionIndexes: [...partitions.partitions.keys()] }],
        },
      ],
      false,
    );
    const answer = response.groups[0]!;
    check(answer.errorCode, what);
    for (const { partitionIndex, committedOffset, metadata, errorCode } of answer.topics[0]?.partitions ??
      []) {
      check(errorCode, what);
      if (committedOffset >= 0n) {
        positions.set(partitionIndex, { offset: Number(committedOffset), metadata: metadata ?? '' });
      }
    }
    return positions;
  };
  return cluster.retry(what, read, signal);
}

/** {@link Kafka.commit}, and {@link Consumer.commit} with the member's identity. */
export async function commit(
  cluster: Cluster,
  group: string,
  topic: string,
  positions: ReadonlyMap<number, Position>,
  { memberId, generation, instanceId }: MemberIdentity = nobody,
): Promise<void> {
  if (positions.size === 0) return;
  const what = `commit positions of group ${group}`;
  const partitions = [...positions].map(([partitionIndex, { offset, metadata }]) => ({
    partitionIndex,
    committedOffset: BigInt(offset),
    committedLeaderEpoch: -1,
    committedMetadata: metadata,
  }));
  await cluster.retry(what, async () => {
    const { connection } = await coordinator(cluster, group);
    const topics = [{ name: topic, partitions }];
    const response = await ask(
      connection,
      offsetCommitV8.api,
      group,
      generation,
      memberId,
      instanceId,
      topics,
    );
    for (const answer of response.topics.flatMap((one) => one.partitions)) {
      const place = `${what} on ${topic}-${answer.partitionIndex}`;
      // A new generation is being made: this one's time is over.
      if (answer.errorCode === Code.rebalanceInProgress) throw errorOf(Code.illegalGeneration, place);
      check(answer.errorCode, place);
    }
  });
}
