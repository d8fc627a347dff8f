/** Follows a compacted topic that is small: what stands there, then what comes. */
import type { ConsumedRecord, Kafka, OffsetAt } from '../kafka/contract.ts';

export interface FollowTableOptions {
  readonly kafka: Kafka;
  /** It must exist. */
  readonly topic: string;
  readonly onRecord: (record: ConsumedRecord) => void;
  /** Called once: all that stood there when reading began has been told. */
  readonly onCaughtUp: () => void;
  readonly signal: AbortSignal;
  /** Where reading begins. Default: at the oldest record. */
  readonly at?: OffsetAt;
  /** Bytes of records that are read ahead. Default: the client's own. */
  readonly bufferBytes?: number;
}

/** Reads until the signal. Rejects with KafkaError when the topic is gone or was made anew. Where the log was cut it is told anew from there. */
export async function followTable(options: FollowTableOptions): Promise<void> {
  const { kafka, topic, onRecord, onCaughtUp, signal, at = 'earliest', bufferBytes } = options;
  const [from, ends] = await Promise.all([kafka.offsets(topic, at), kafka.offsets(topic, 'latest')]);
  const behind = new Map([...ends].filter(([partition, end]) => end > (from.get(partition) ?? 0)));
  if (behind.size === 0) onCaughtUp();
  const caughtUp = (partition: number, nextOffset: number): void => {
    const end = behind.get(partition);
    if (end === undefined || nextOffset < end) return;
    behind.delete(partition);
    if (behind.size === 0) onCaughtUp();
  };
  const ahead = bufferBytes === undefined ? {} : { bufferBytes, connections: 1 };
  const again = { newPartitions: true, onGap: () => {}, onCut: () => {}, ...ahead } as const;
  for await (const batch of kafka.consumer({ topic, from, signal, ...again })) {
    for (const record of batch.records) onRecord(record);
    const { partition, nextOffset } = batch;
    batch.release();
    caughtUp(partition, nextOffset);
  }
}
