/** Whether the topic still has all records of a version. */
import type { Kafka } from '../../kafka/contract.ts';
import type { FileState } from '../../records/state-record.ts';

/** Where a version stands; of a copy, and of a delta, also where its bytes do. */
export type RecordsOf = Pick<FileState, 'partition' | 'first' | 'last' | 'of' | 'since' | 'stripes'>;

/** Asks how far the topic reaches now; what it resolves with tells by that. */
export async function standingRecords(kafka: Kafka, topic: string): Promise<(version: RecordsOf) => boolean> {
  const earliest = await kafka.offsets(topic, 'earliest');
  return standsWithin(earliest, await kafka.offsets(topic, 'latest'));
}

/** The same of a topic whose partitions begin and end there. Pure. */
export function standsWithin(
  earliest: ReadonlyMap<number, number>,
  latest: ReadonlyMap<number, number>,
): (version: RecordsOf) => boolean {
  const stands = ({ partition, first, last, of, since = first, stripes = [] }: RecordsOf): boolean =>
    (earliest.get(partition) ?? first + 1) <= Math.min(first, since) &&
    last < (latest.get(partition) ?? 0) &&
    (of === undefined || stands(of)) &&
    stripes.every(([partition, first, last]) => stands({ partition, first, last }));
  return stands;
}

/** Resolves with whether a file was sent, and the topic has all that was. */
export async function sentRecords(
  kafka: Kafka,
  topic: string,
  state: { readonly get: (path: string) => FileState | undefined },
): Promise<(path: string) => boolean> {
  const stands = await standingRecords(kafka, topic);
  return (path) => {
    const sent = state.get(path);
    return sent?.state === 'sent' && stands(sent);
  };
}
