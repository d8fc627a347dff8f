/** What a cluster says of itself and its topics, as {@link Kafka} tells it. */

/** Operations on a topic, by the names of Kafka's ACLs. */
export type TopicRight = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs';

/** A topic as the cluster describes it. */
export interface TopicDescription {
  readonly name: string;
  /** The topic's UUID (KIP-516): a recreated topic has another. */
  readonly id: string;
  readonly partitions: number;
  /** Copies of the partition that has the fewest; undefined where the client cannot tell. */
  readonly replicationFactor?: number | undefined;
  /** What the ACLs allow this client on the topic; undefined where the client cannot tell. */
  readonly rights?: readonly TopicRight[] | undefined;
  /** `max.message.bytes` of the topic; undefined where the ACLs refuse DescribeConfigs. */
  readonly maxMessageBytes: number | undefined;
  /** The other configuration that was readable, by Kafka's names. */
  readonly config: Readonly<Record<string, string>>;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** By Kafka's names, e.g. `cleanup.policy`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A broker as the cluster names it. */
export interface BrokerDescription {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | undefined;
}

/** A cluster as the broker that was asked describes it. */
export interface ClusterDescription {
  readonly clusterId: string;
  readonly brokers: readonly BrokerDescription[];
  /** Kafka's release line as the broker's features tell it, e.g. `4.3`; undefined where they do not. */
  readonly version?: string | undefined;
}

/** A consumer group, as its coordinator lists it. */
export interface GroupListing {
  readonly group: string;
  /** False: it has committed positions, and nobody is in it now. */
  readonly hasMembers: boolean;
}
