/**
 * The `range` assignor, as Kafka's own clients and librdkafka compute it: of each topic, every member that wants it gets a run
 * of neighbouring partitions, and the first members one more where they do not divide evenly. PURE.
 */
import type { TopicPartitions } from './member-bytes.ts';

/** A member as its group's leader sees it. */
export interface GroupMember {
  readonly memberId: string;
  /** `group.instance.id`; null for a dynamic member. */
  readonly instanceId: string | null;
  readonly topics: readonly string[];
}

/** What the broker is told that the group's members have in common. */
export const assignorName = 'range';

/** Member id -> its share. Every member has one, though it may be empty. */
export function assignRanges(
  members: readonly GroupMember[],
  partitionsOf: ReadonlyMap<string, number>,
): ReadonlyMap<string, TopicPartitions> {
  const shares = new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]));
  for (const topic of new Set(members.flatMap(({ topics }) => topics))) {
    const readers = members.filter(({ topics }) => topics.includes(topic)).sort(inOrder);
    const count = partitionsOf.get(topic) ?? 0;
    for (const [index, { memberId }] of readers.entries()) {
      const first = startOf(index, readers.length, count);
      const length = startOf(index + 1, readers.length, count) - first;
      if (length > 0)
        shares.get(memberId)?.set(
          topic,
          Array.from({ length }, (_, step) => first + step),
        );
    }
  }
  return shares;
}

function startOf(index: number, readers: number, partitions: number): number {
  return index * Math.floor(partitions / readers) + Math.min(index, partitions % readers);
}

/** Static members first, by their names, which outlive their ids; then the others. */
function inOrder(a: GroupMember, b: GroupMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId);
  if (a.instanceId !== null) return -1;
  return b.instanceId !== null ? 1 : compare(a.memberId, b.memberId);
}

/** No two are the same. */
function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
