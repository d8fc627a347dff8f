/** Which uploads a record of the topic is of. */
import { FormatError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { decodeTopicRecord } from '../../records/topic-record.ts';

/** None where there is no record, or one of others; undefined where it is gone, or says nothing that can be read. */
export async function uploadsAt(
  kafka: Kafka,
  topic: string,
  partition: number,
  offset: number,
): Promise<readonly string[] | undefined> {
  const [from, until] = [new Map([[partition, offset]]), new Map([[partition, offset + 1]])];
  let isUnknown = false;
  const gone = (): void => {
    isUnknown = true;
  };
  const found: string[] = [];
  for await (const batch of kafka.consumer({ topic, from, until, onGap: gone, onCut: gone })) {
    for (const record of batch.records) {
      try {
        const decoded = decodeTopicRecord(record);
        if (decoded?.kind === 'pack') found.push(...decoded.files.map(({ upload }) => upload));
        else if (decoded !== undefined && 'upload' in decoded && decoded.upload !== undefined)
          found.push(decoded.upload);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        isUnknown = true;
      }
    }
    batch.release();
  }
  return isUnknown ? undefined : found;
}
