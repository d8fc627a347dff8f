/** Decodes what was fetched of one partition into the batch that the reader gets. */

import { type ConsumedRecord, KafkaError } from '../contract.ts';
import { type BatchHead, checkCrc, decodeRecords, readBatchHead, recordsOf } from '../wire/batch-decode.ts';
import { decompress } from '../wire/decompress.ts';
import type { Part } from './cursor.ts';

/** Records in offset order, and where to go on. */
export interface DecodedPart {
  readonly records: readonly ConsumedRecord[];
  readonly nextOffset: number;
  /** Why decoding ended before the end of the part. */
  readonly error: KafkaError | undefined;
}

/** Decodes every batch of the part, its CRC32C checked, up to the first that is not as it must be. Never rejects. */
export async function decodePart(part: Part, topic: string): Promise<DecodedPart> {
  const { bytes } = part.frame;
  const { end } = part.fetched;
  const records: ConsumedRecord[] = [];
  let nextOffset = part.from;
  let at = part.fetched.start;
  try {
    for (let head = readBatchHead(bytes, at, end); head; head = readBatchHead(bytes, at, end)) {
      at = head.end;
      if (head.nextOffset <= nextOffset) continue;
      checkCrc(bytes, head);
      const plain =
        head.compression === 0 || head.control ? recordsOf(bytes, head) : await expand(bytes, head);
      const read: ConsumedRecord[] = [];
      decodeRecords(plain, head, read, nextOffset, part.cursor.until);
      records.push(...read);
      nextOffset = head.nextOffset;
    }
  } catch (error) {
    return { records, nextOffset, error: located(error, topic, part.cursor.partition) };
  }
  return { records, nextOffset: Math.min(nextOffset, part.cursor.until), error: undefined };
}

function expand(bytes: Buffer, head: BatchHead): Promise<Buffer> {
  return decompress(recordsOf(bytes, head), head.compression, `the batch at offset ${head.baseOffset}`);
}

function located(error: unknown, topic: string, partition: number): KafkaError {
  const kind = error instanceof KafkaError ? error.kind : 'corrupt';
  const message = error instanceof Error ? error.message : String(error);
  return new KafkaError(kind, `${topic}-${partition}: ${message}`, { cause: error });
}
