/** The topic of reports beside a topic of files or of live video. */
import { type Kafka, KafkaError, type TopicDescription } from '../kafka/contract.ts';

/** Reports. FORMAT.md, "Reports". */
export function reportsTopicOf(topic: string): string {
  return `${topic}.reports`;
}

/** Few and small, and read through by whoever shows them. */
const partitions = 1;
const minutes = 60_000;

/**
 * What stands there is written every few seconds, and only the newest of each run is of use: without short segments Kafka would keep a
 * gigabyte before it cleans. Runs that say nothing for a week are forgotten.
 */
const config = {
  'cleanup.policy': 'compact,delete',
  'retention.ms': String(7 * 24 * 60 * minutes),
  'segment.ms': String(10 * minutes),
  'min.cleanable.dirty.ratio': '0.1',
  'delete.retention.ms': String(60 * minutes),
};

/**
 * The topic, made where it is missing. Undefined where it is missing and may not be made. Rejects with KafkaError. Clusters that take no
 * such settings get it with the policy alone.
 */
export async function openReportsTopic(
  kafka: Kafka,
  topic: string,
  replicationFactor: number,
): Promise<TopicDescription | undefined> {
  const name = reportsTopicOf(topic);
  const wishes = { name, partitions, replicationFactor };
  try {
    return (await kafka.describeTopic(name)) ?? (await kafka.createTopic({ ...wishes, config }));
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    if (error.kind === 'unauthorized') return undefined;
    if (error.kind !== 'invalid') throw error;
    return kafka.createTopic({ ...wishes, config: { 'cleanup.policy': 'compact' } });
  }
}
