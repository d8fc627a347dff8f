/** What an administrator changes under running traffic, through the library's own client. */
import { Admin } from '@platformatic/kafka';

export interface Levers {
  /** Raises the number of the topic's partitions. */
  partitions(topic: string, count: number): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Sets one entry of the topic's configuration. */
  configure(topic: string, name: string, value: string): Promise<void>;
  /** Limits what clients of this id may write to and read from each broker, in bytes per second; undefined: no more. */
  limitClient(clientId: string, bytesPerSecond: number | undefined): Promise<void>;
  close(): Promise<void>;
}

/** `ConfigResource.Type.TOPIC` and `AlterConfigOp.OpType.SET` of the protocol. */
const topicResource = 2;
const setValue = 0;

/** By plaintext listeners. It connects when it is first used. */
export function levers(bootstrapServers: string): Levers {
  const admin = new Admin({ clientId: 'administrator', bootstrapBrokers: bootstrapServers.split(',') });
  return {
    async partitions(topic, count) {
      await admin.createPartitions({ topics: [{ name: topic, count, assignments: null }] });
    },
    async deleteTopic(topic) {
      await admin.deleteTopics({ topics: [topic] });
    },
    async configure(topic, name, value) {
      const configs = [{ name, configOperation: setValue, value } as const];
      const resource = { resourceType: topicResource, resourceName: topic, configs } as const;
      await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] });
    },
    async limitClient(clientId, bytesPerSecond) {
      const remove = bytesPerSecond === undefined;
      const ops = (['producer_byte_rate', 'consumer_byte_rate'] as const).map(
        (key) => ({ key, value: bytesPerSecond ?? 0, remove }) as const,
      );
      await admin.alterClientQuotas({
        entries: [{ entities: [{ entityType: 'client-id', entityName: clientId }], ops }],
      });
    },
    close: () => admin.close(),
  };
}
