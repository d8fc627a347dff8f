/** What a group's members have at present, as their coordinator tells it (Kafka protocol guide, DescribeGroups). */
import { type ApiConnection, ask } from '../api.ts';
import { describeGroupsV5 } from '../codecs.ts';
import { decodeAssignment } from './member-bytes.ts';

/**
 * Topic -> how many of its partitions are some member's. -1 for each where that cannot be learnt: partitions are then dealt
 * out once more than they need be, rather than once too little. Never rejects.
 */
export async function countDealt(
  connection: ApiConnection,
  group: string,
  topics: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  try {
    const { groups } = await ask(connection, describeGroupsV5.api, [group], false);
    const found = groups.find(({ groupId }) => groupId === group);
    if (found?.errorCode === 0 && found.groupState === 'Stable') {
      const shares = found.members.map(({ memberAssignment }) => decodeAssignment(memberAssignment));
      const count = (topic: string) =>
        shares.reduce((sum, share) => sum + (share.get(topic)?.length ?? 0), 0);
      return new Map([...topics].map((topic) => [topic, count(topic)]));
    }
  } catch {
    // Unknown, then.
  }
  return new Map([...topics].map((topic) => [topic, -1]));
}
