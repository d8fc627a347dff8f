/**
 * Becoming a member of a consumer group (Kafka protocol guide, JoinGroup and SyncGroup; the classic protocol, see
 * docs/adr/0060-classic-groups-with-range.md): every member joins, the one that the broker names leader deals the
 * partitions out, and the broker gives each its share.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Connection } from '../cluster/connection.ts';
import { Code } from '../cluster/error-codes.ts';
import { NotNow } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import type { LinkPurpose } from '../cluster/link-purpose.ts';
import { delayAfter } from '../cluster/pauses.ts';
import { check } from '../cluster/refusals.ts';
import { addressText } from '../cluster/socket.ts';
import { requireGroups } from '../cluster/versions.ts';
import { type JoinGroupResponse, joinGroupV9, syncGroupV5 } from '../codecs.ts';
import { coordinator } from './coordinator.ts';
import { countDealt } from './dealt.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type TopicPartitions,
} from './member-bytes.ts';
import { assignorName, assignRanges, type GroupMember } from './range.ts';

export interface JoinOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly topic: string;
  readonly instanceId: string | null;
  /** Milliseconds. */
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  /** The link's own: the broker answers a join when all have joined, and nothing else meanwhile. */
  readonly purpose: LinkPurpose;
  /** Gives the joining up. */
  readonly signal: AbortSignal;
  /** The id by which the broker knows us from now on. */
  readonly named: (memberId: string) => void;
}

/** One generation of the group, as this member sees it. */
export interface Joined {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
  /** The leader's: how many partitions of each topic of the group have been dealt out; -1: unknown. */
  readonly dealt: ReadonlyMap<string, number> | undefined;
}

const protocolType = 'consumer';
/** The answer to a join may come so much later than the group's patience ends. */
const graceMs = 10_000;
const longestTimer = 2 ** 31 - 1;

/** A round of the group has ended before we were through with it; the next has begun. */
class NextRound extends Error {}

/** Joins, as long as it takes. Rejects with KafkaError, or with anything once the signal has given it up. */
export function join(options: JoinOptions, memberId: string): Promise<Joined> {
  const { cluster, group, signal } = options;
  let id = memberId;
  const named = (given: string) => {
    id = given;
    options.named(given);
  };
  return cluster.retry(
    `join group ${group}`,
    async () => {
      const link = await linkTo(options);
      for (let round = 1; ; round += 1) {
        try {
          return await sync(options, link, await enter(options, link, id, named));
        } catch (error) {
          if (!(error instanceof NextRound)) throw error;
        }
        await delay(delayAfter(round), undefined, { signal });
      }
    },
    signal,
  );
}

/** One round's join. A new member asks twice: the first answer names it. */
async function enter(
  options: JoinOptions,
  link: Link,
  memberId: string,
  named: (memberId: string) => void,
): Promise<JoinGroupResponse> {
  const answer = await joinOnce(options, link, memberId);
  const { errorCode } = answer;
  if (errorCode === Code.rebalanceInProgress) throw new NextRound();
  if (errorCode === Code.unknownMember && memberId !== '') return enter(options, link, '', named);
  if (errorCode === Code.none || errorCode === Code.memberIdRequired) named(answer.memberId);
  if (errorCode === Code.memberIdRequired) return enter(options, link, answer.memberId, named);
  check('membership', errorCode, `join group ${options.group}`, adviceFor(errorCode), options);
  return answer;
}

function adviceFor(code: number): string | undefined {
  return code === inconsistentProtocol
    ? `The group's members have no way of dealing out partitions in common; Sluice speaks ${assignorName}. Set partition.assignment.strategy of the other members to it, or use another group`
    : undefined;
}

const inconsistentProtocol = 23;

/** Connections that the member's signal closes already: a member joins by the same one again and again. */
const heeding = new WeakSet<Connection>();

async function linkTo({ cluster, group, purpose, rebalanceTimeout, signal }: JoinOptions): Promise<Link> {
  const patience = Math.min(longestTimer, rebalanceTimeout + graceMs);
  const link = await coordinator(cluster, group, purpose, patience);
  requireGroups(link.versions, addressText(link.connection.address));
  const abort = () => link.connection.close();
  if (signal.aborted) abort();
  if (heeding.has(link.connection)) return link;
  heeding.add(link.connection);
  signal.addEventListener('abort', abort);
  link.connection.closed.then(() => signal.removeEventListener('abort', abort));
  return link;
}

function joinOnce(options: JoinOptions, { connection }: Link, memberId: string): Promise<JoinGroupResponse> {
  const { group, sessionTimeout, rebalanceTimeout, instanceId, topic } = options;
  const protocols = [{ name: assignorName, metadata: encodeSubscription([topic]) }];
  return ask(
    connection,
    joinGroupV9.api,
    group,
    sessionTimeout,
    rebalanceTimeout,
    memberId,
    instanceId,
    protocolType,
    protocols,
    null,
  );
}

async function sync(options: JoinOptions, { connection }: Link, joined: JoinGroupResponse): Promise<Joined> {
  const { group, instanceId, topic } = options;
  const { memberId, generationId: generation, protocolName } = joined;
  const isLeader = joined.leader === memberId;
  // A leader that has restarted in time finds everything dealt out, by counts that it does not know.
  const deals = isLeader && !joined.skipAssignment;
  const counts = deals ? await partitionCounts(options.cluster, topic, topicsOf(options, joined)) : undefined;
  const assignments =
    counts === undefined
      ? []
      : [...assignRanges(membersOf(options, joined), counts)].map(([id, share]) => ({
          memberId: id,
          assignment: encodeAssignment(share),
        }));
  const answer = await ask(
    connection,
    syncGroupV5.api,
    group,
    generation,
    memberId,
    instanceId,
    protocolType,
    protocolName,
    assignments,
  );
  const lost: readonly number[] = [Code.rebalanceInProgress, Code.illegalGeneration, Code.unknownMember];
  if (lost.includes(answer.errorCode)) throw new NextRound();
  check('membership', answer.errorCode, `get the partitions of group ${group}`, null, { group });
  const share: TopicPartitions = decodeAssignment(answer.assignment);
  const dealt = isLeader && !deals ? await countDealt(connection, group, topicsOf(options, joined)) : counts;
  return { memberId, generation, partitions: share.get(topic) ?? [], dealt };
}

/** A member whose wishes cannot be read gets nothing; the others still do. */
function membersOf({ cluster, group }: JoinOptions, { members }: JoinGroupResponse): GroupMember[] {
  return members.map(({ memberId, groupInstanceId, metadata }) => {
    try {
      return { memberId, instanceId: groupInstanceId ?? null, topics: decodeSubscription(metadata) };
    } catch (error) {
      cluster.options.logger.warn({ err: error, group, memberId }, 'a member gets no partitions');
      return { memberId, instanceId: groupInstanceId ?? null, topics: [] };
    }
  });
}

function topicsOf(options: JoinOptions, joined: JoinGroupResponse): ReadonlySet<string> {
  return new Set([options.topic, ...membersOf(options, joined).flatMap((member) => member.topics)]);
}

/**
 * Topic -> number of partitions, now. Topics that others read, and that we cannot see, count as having none. Rejects only for
 * what is the matter with our own topic.
 */
export async function partitionCounts(
  cluster: Cluster,
  own: string,
  topics: Iterable<string>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const topic of topics) {
    const found = await cluster.refreshTopic(topic).catch((error: unknown) => {
      if (topic === own || error instanceof NotNow) throw error;
      return undefined;
    });
    counts.set(topic, found?.partitions.length ?? 0);
  }
  return counts;
}
