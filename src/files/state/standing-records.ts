/** Whether the topic still has all records of a version. */
import type { Kafka } from '../../kafka/contract.ts';
import type { FileState } from '../../records/state-record.ts';

/** Asks how far the topic reaches now; what it resolves with tells by that. */
export async function standingRecords(
  kafka: Kafka,
  topic: string,
): Promise<(version: Pick<FileState, 'partition' | 'first' | 'last'>) => boolean> {
  const earliest = await kafka.offsets(topic, 'earliest');
  const latest = await kafka.offsets(topic, 'latest');
  return ({ partition, first, last }) =>
    (earliest.get(partition) ?? first + 1) <= first && last < (latest.get(partition) ?? 0);
}
