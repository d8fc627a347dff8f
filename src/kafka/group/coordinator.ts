/** The broker that looks after a consumer group: how it is found, and how positions are kept with it. */
import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Connection } from '../cluster/connection.ts';
import { Code } from '../cluster/error-codes.ts';
import { mayPass, NetworkFailure } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import { control } from '../cluster/link-purpose.ts';
import { check, errorOf, translate } from '../cluster/refusals.ts';
import { findCoordinatorV4, offsetCommitV8, offsetFetchV8 } from '../codecs.ts';
import { KafkaError, type Position } from '../contract.ts';

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
  purpose = control,
  requestTimeout?: number,
): Promise<Link> {
  const broker = await findCoordinator(cluster, group);
  return cluster.link(broker, purpose, requestTimeout);
}

/** The broker's id; its address is known. */
async function findCoordinator(cluster: Cluster, group: string): Promise<number> {
  // Beside the search for it, where nothing is known yet.
  const brokers = cluster.known.brokers.length > 0 ? undefined : cluster.metadata([]);
  brokers?.catch(() => {});
  const response = await cluster.askAny(findCoordinatorV4.api, groupKey, [group]);
  const what = `find the coordinator of group ${group}`;
  const found = only(response.coordinators, what);
  check('coordinator', found.errorCode, what, found.errorMessage, { group });
  await brokers;
  if (!cluster.known.brokers.some(({ id }) => id === found.nodeId)) await cluster.metadata([]);
  return found.nodeId;
}

/**
 * Asks the group's coordinator for what needs no membership: the one that was found before, until something comes to nothing there.
 * Does not retry.
 */
async function withCoordinator<Result>(
  cluster: Cluster,
  group: string,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { coordinators } = cluster;
  const finding = coordinators.get(group) ?? findCoordinator(cluster, group);
  coordinators.set(group, finding);
  try {
    return await use(await cluster.connection(await finding));
  } catch (error) {
    if (coordinators.get(group) === finding) coordinators.delete(group);
    throw error;
  }
}

/** {@link Kafka.committed}: of every partition that the topic is known to have. */
export function committed(
  cluster: Cluster,
  group: string,
  topic: string,
): Promise<ReadonlyMap<number, Position>> {
  const what = `read the positions of group ${group}`;
  const read = async () => {
    // Sought beside the topic, and not after it.
    withCoordinator(cluster, group, async () => {}).catch(() => {});
    return cluster.withTopic(topic, async (known) =>
      askForPositions(cluster, group, topic, known === undefined ? [] : [...known.partitions.keys()]),
    );
  };
  return cluster.retry(what, read);
}

/**
 * The same of these partitions: a member's share is the word of its group, which a broker that has not heard of the topic, or
 * of its new partitions, cannot take back. What is missing from the answer has no committed position, for certain.
 */
export function committedOf(
  cluster: Cluster,
  group: string,
  topic: string,
  partitions: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Position>> {
  const what = `read the positions of group ${group}`;
  return cluster.retry(what, () => askForPositions(cluster, group, topic, partitions), signal);
}

async function askForPositions(
  cluster: Cluster,
  group: string,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, Position>> {
  if (partitions.length === 0) return new Map();
  return withCoordinator(cluster, group, async (connection) => {
    const what = `read the positions of group ${group}`;
    const positions = new Map<number, Position>();
    const topics = [{ name: topic, partitionIndexes: [...partitions] }];
    const wanted = [{ groupId: group, memberEpoch: -1, topics }];
    const response = await ask(connection, offsetFetchV8.api, wanted, false);
    const answer = only(response.groups, what);
    check('positions', answer.errorCode, what, null, { group, topic });
    const unanswered = new Set(partitions);
    const answers = answer.topics.find(({ name }) => name === topic)?.partitions ?? [];
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of answers) {
      check('positions', errorCode, what, null, { group, topic });
      unanswered.delete(partitionIndex);
      if (committedOffset >= 0n) {
        positions.set(partitionIndex, {
          offset: Number(committedOffset),
          metadata: metadata ?? '',
          ...(committedLeaderEpoch < 0 ? {} : { leaderEpoch: committedLeaderEpoch }),
        });
      }
    }
    if (unanswered.size > 0) {
      throw new NetworkFailure(
        `Could not ${what}: the answer says nothing of ${topic}-${[...unanswered].join(', ')}.`,
      );
    }
    return positions;
  });
}

/** The answer to a question about one thing; a spoiled answer may have none. */
function only<Answer>([answer]: readonly Answer[], what: string): Answer {
  if (answer === undefined) throw new NetworkFailure(`Could not ${what}: the answer has nothing in it.`);
  return answer;
}

/**
 * {@link Kafka.commit}, and {@link Consumer.commit} with the member's identity. `giveUp` is asked after each failure that may
 * pass: its error ends the retrying.
 */
export async function commit(
  cluster: Cluster,
  group: string,
  topic: string,
  positions: ReadonlyMap<number, Position>,
  identity: MemberIdentity = nobody,
  giveUp: () => KafkaError | undefined = () => undefined,
): Promise<void> {
  if (positions.size === 0) return;
  const what = `commit positions of group ${group}`;
  await cluster.retry(what, async () => {
    try {
      await commitOnce(cluster, group, topic, positions, identity);
    } catch (error) {
      throw (mayPass(translate(error, what)) && giveUp()) || error;
    }
  });
}

async function commitOnce(
  cluster: Cluster,
  group: string,
  topic: string,
  positions: ReadonlyMap<number, Position>,
  { memberId, generation, instanceId }: MemberIdentity,
): Promise<void> {
  const partitions = [...positions].map(([partitionIndex, { offset, metadata, leaderEpoch }]) => ({
    partitionIndex,
    committedOffset: BigInt(offset),
    committedLeaderEpoch: leaderEpoch ?? -1,
    committedMetadata: metadata,
  }));
  const topics = [{ name: topic, partitions }];
  await withCoordinator(cluster, group, async (connection) => {
    const { api } = offsetCommitV8;
    const response = await ask(connection, api, group, generation, memberId, instanceId, topics);
    for (const answer of response.topics.flatMap((one) => one.partitions)) {
      const place = `commit positions of group ${group} on ${topic}-${answer.partitionIndex}`;
      // A new generation is being made: this one's time is over.
      if (answer.errorCode === Code.unknownTopicOrPartition)
        await judgeAbsence(cluster, topic, answer.partitionIndex, place);
      if (answer.errorCode === Code.rebalanceInProgress)
        throw errorOf('commit', Code.illegalGeneration, place);
      check('commit', answer.errorCode, place, null, { group, topic });
    }
  });
}

/** The coordinator may merely not have heard of the topic: it is refused for good only where the cluster does not know it either. */
async function judgeAbsence(cluster: Cluster, topic: string, partition: number, what: string): Promise<void> {
  const known = await cluster.refreshTopic(topic);
  if (known?.partitions[partition] !== undefined) return;
  const thing =
    known === undefined ? `There is no topic ${topic}` : `Topic ${topic} has no partition ${partition}`;
  throw new KafkaError('unknown-topic', `Could not ${what}: ${thing}.`);
}
