/**
 * Whether the chunks of a striped upload do not stand where its closing record says. On the cluster that it was written on they did, before that record: so this is another
 * one, to which the topic is copied, and some may still come.
 */
import type { Kafka } from '../../kafka/contract.ts';
import { versionOf } from '../../records/upload-id.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import { uploadsAt } from './uploads-at.ts';

/** Milliseconds by which the clock that ids are made by may be ahead of that of records, where brokers stamp these. */
const clocksDiffer = 10_000;

/** False where it is not striped, and where nothing tells. */
export async function standElsewhere(
  kafka: Kafka,
  topic: string,
  { ref: { upload }, told = [] }: Pick<IncomingUpload, 'ref' | 'told'>,
): Promise<boolean> {
  if (told.length === 0) return false;
  const time = Math.max(0, Math.floor(versionOf(upload) / 1000) - clocksDiffer);
  const [earliest, latest, since] = await Promise.all([
    kafka.offsets(topic, 'earliest'),
    kafka.offsets(topic, 'latest'),
    kafka.offsets(topic, { time }),
  ]);
  for (const [partition, , last] of told) {
    if (last >= (latest.get(partition) ?? 0)) return true;
    const start = earliest.get(partition) ?? 0;
    if (last < start) {
      // Retention takes what is older first, and this begins with what is older.
      if ((since.get(partition) ?? 0) > start) return true;
      continue;
    }
    const found = await uploadsAt(kafka, topic, partition, last);
    if (found !== undefined && !found.includes(upload)) return true;
  }
  return false;
}
