/** The record that ended an upload, from the topic. */
import { FormatError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { decodeFileRecord, type Ending, type FileRecord } from '../../records/file-record.ts';

/** Kept beyond its batch; undefined when there is another record, or none, or it is refused. */
export async function readEnding(
  kafka: Kafka,
  topic: string,
  partition: number,
  offset: number,
): Promise<Ending | undefined> {
  const [from, until] = [new Map([[partition, offset]]), new Map([[partition, offset + 1]])];
  const gone = { onGap: () => {}, onCut: () => {} };
  let found: Ending | undefined;
  for await (const batch of kafka.consumer({ topic, from, until, ...gone })) {
    for (const record of batch.records) {
      if (record.offset !== offset) continue;
      const value = record.value === null ? null : Uint8Array.from(record.value);
      const decoded = decodedOrNot({ ...record, value });
      if (decoded?.kind === 'close' || decoded?.kind === 'delta') found = decoded;
    }
    batch.release();
  }
  return found;
}

function decodedOrNot(record: Parameters<typeof decodeFileRecord>[0]): FileRecord | undefined {
  try {
    return decodeFileRecord(record);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  }
}
