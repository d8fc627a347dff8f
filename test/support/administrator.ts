/** What a cluster's administrator does and Sluice never does itself, through the library's own client. */
import { Admin } from '@platformatic/kafka';
import type { Owner } from './fault-proxy.ts';
import { waitFor } from './wait.ts';

export interface Administrator {
  /** Adds `count` partitions to those that the topic has, and resolves once the broker serves them. */
  addPartitions(topic: string, count: number): Promise<void>;
  /** Removes the records before an offset. */
  deleteRecords(topic: string, partition: number, before: number): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Removes the consumer groups, with their offsets, whose names begin so. */
  deleteGroups(prefix: string): Promise<void>;
  /** How many members a consumer group has, those that are just joining included. */
  members(group: string): Promise<number>;
  /** Limits what clients of this id may write and read, in bytes per second of each. */
  limitClient(clientId: string, bytesPerSecond: number): Promise<void>;
}

/** An administrator by a plaintext listener, until its owner ends. */
export function administrator(t: Owner, bootstrapServers: string): Administrator {
  const admin = new Admin({ clientId: 'administrator', bootstrapBrokers: bootstrapServers.split(',') });
  t.after(() => admin.close());
  return {
    async addPartitions(topic, count) {
      const partitions = async () => {
        const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
        return metadata.topics.get(topic)?.partitionsCount ?? 0;
      };
      const after = (await partitions()) + count;
      await admin.createPartitions({ topics: [{ name: topic, count: after, assignments: null }] });
      // The controller answers before the broker knows.
      await waitFor(async () => (await partitions()) === after);
    },
    async deleteRecords(topic, partition, before) {
      await admin.deleteRecords({
        topics: [{ name: topic, partitions: [{ partition, offset: BigInt(before) }] }],
      });
    },
    async deleteTopic(topic) {
      await admin.deleteTopics({ topics: [topic] });
    },
    async deleteGroups(prefix) {
      const groups = [...(await admin.listGroups()).keys()].filter((group) => group.startsWith(prefix));
      if (groups.length > 0) await admin.deleteGroups({ groups });
    },
    async members(group) {
      const groups = await admin.describeGroups({ groups: [group] });
      return groups.get(group)?.members.size ?? 0;
    },
    async limitClient(clientId, bytesPerSecond) {
      const ops = (['producer_byte_rate', 'consumer_byte_rate'] as const).map(
        (key) => ({ key, value: bytesPerSecond, remove: false }) as const,
      );
      await admin.alterClientQuotas({
        entries: [{ entities: [{ entityType: 'client-id', entityName: clientId }], ops }],
      });
    },
  };
}
