/** Encrypted records that earlier runs could not open are read again, with other keys. */
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import { isSealed } from '../../records/topic-record.ts';
import type { OffsetRange } from '../receive/locked-records.ts';
import type { Receiver } from '../receive/receiver.ts';
import { allDone } from '../shared/all-done.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { DownloadSettings } from '../shared/options.ts';

export interface OpenLockedOptions {
  readonly kafka: Kafka;
  readonly topic: TopicDescription;
  readonly settings: DownloadSettings;
  readonly keyring: Keyring;
  readonly receiver: Receiver;
  readonly signal: AbortSignal;
}

/** Call it before anything else is read, so that the records of an upload are admitted one after the other. */
export async function openLocked(options: OpenLockedOptions): Promise<void> {
  const { topic, settings, keyring, receiver } = options;
  const { locked } = receiver;
  if (locked.known > 0 || (keyring.isEmpty && locked.untried.length > 0)) {
    const message = `records of ${topic.name} that earlier runs met stay shut: they are encrypted, and ${keyring.whyLocked}`;
    settings.onEvent({ type: 'warning', message });
  }
  if (keyring.isEmpty || locked.untried.length === 0) return;
  if (await readAgain(options, locked.untried)) locked.hasTried();
}

/** Resolves with true once all of them were received, or noted anew; false when the signal came before. */
async function readAgain(
  { kafka, topic: { name: topic }, settings: { bufferBytes }, receiver, signal }: OpenLockedOptions,
  ranges: readonly OffsetRange[],
): Promise<boolean> {
  const latest = await kafka.offsets(topic, 'latest');
  for (const [partition, first, last] of ranges) {
    const end = Math.min(last + 1, latest.get(partition) ?? 0);
    if (first >= end) continue;
    const from = new Map([[partition, first]]);
    const until = new Map([[partition, end]]);
    // What retention has removed meanwhile is gone; it was told when it was met.
    const removed = { onGap: () => {}, onCut: () => {} };
    for await (const batch of kafka.consumer({ topic, from, until, bufferBytes, ...removed, signal })) {
      const begun: Promise<void>[] = [];
      try {
        for (const record of batch.records) {
          if (!isSealed(record)) continue;
          const { finished } = await receiver.admit(partition, record);
          finished.catch(() => {});
          begun.push(finished);
        }
        await allDone(begun);
      } finally {
        batch.release();
      }
    }
    if (signal.aborted) return false;
  }
  return true;
}
