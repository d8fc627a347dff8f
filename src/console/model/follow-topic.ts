/** Follows a compacted topic for as long as the model lives: it may be made later, be removed, and be made anew. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, FormatError } from '../../errors.ts';
import {
  type ConsumedRecord,
  type Kafka,
  KafkaError,
  type OffsetAt,
  type TopicDescription,
} from '../../kafka/contract.ts';
import { followTable } from '../../live/follow-table.ts';
import type { Logger } from '../../log.ts';
import type { Trouble } from './trouble.ts';

export interface FollowTopicOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly logger: Logger;
  readonly trouble: Trouble;
  readonly signal: AbortSignal;
  /** Reading begins: what was told before is void. */
  readonly onBegin: (topic: TopicDescription) => void | Promise<void>;
  /** What it throws passes over the record; FormatError for what is none of ours. */
  readonly onRecord: (record: ConsumedRecord) => void;
  readonly onCaughtUp: () => void;
  /** Where reading begins. Default: at the oldest record. */
  readonly at?: () => OffsetAt;
  /** Called where it is not there, to make it. */
  readonly make?: () => Promise<void>;
  /** Reading ends with this signal, and begins anew. */
  readonly until?: () => AbortSignal;
  /** Milliseconds between two looks for it. */
  readonly look: number;
}

/** Bytes that are read ahead. */
const bufferBytes = 4 * 1024 * 1024;

const expected = new Set(['unknown-topic', 'topic-recreated', 'unauthorized']);

/** Until the signal. Never rejects. */
export async function followTopic(options: FollowTopicOptions): Promise<void> {
  const { kafka, topic, trouble, signal, look, at, make, until } = options;
  const what = `follow ${topic}`;
  while (!signal.aborted) {
    try {
      const description = await kafka.describeTopic(topic);
      trouble.over(what);
      if (description === undefined) await make?.();
      else {
        const ends = until?.();
        const stop = ends === undefined ? signal : AbortSignal.any([signal, ends]);
        await options.onBegin(description);
        const reading = { kafka, topic, signal: stop, bufferBytes, ...(at && { at: at() }) };
        const { onCaughtUp } = options;
        await followTable({ ...reading, onRecord: (record) => take(record, options), onCaughtUp });
        if (ends?.aborted) continue;
      }
    } catch (error) {
      if (signal.aborted) return;
      // Of what may not be read it is told where topics are looked at.
      const isTold = error instanceof KafkaError && expected.has(error.kind);
      if (!isTold) trouble.is(what, describeError(error));
    }
    await delay(look, undefined, { signal }).catch(() => {});
  }
}

function take(record: ConsumedRecord, { topic, logger, onRecord }: FollowTopicOptions): void {
  try {
    onRecord(record);
  } catch (error) {
    const facts = { topic, offset: record.offset, reason: describeError(error) };
    if (error instanceof FormatError) logger.debug(facts, 'a record was passed over');
    // A fault of ours, and yet no reason to see nothing of what follows: it would be met again at each beginning.
    else logger.error(facts, 'a record could not be taken, and was passed over');
  }
}
