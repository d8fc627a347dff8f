/** Waits for the topics of live video: a publisher makes them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from '../../kafka/contract.ts';
import { indexTopicOf, streamsTopicOf } from '../topics.ts';

/** Milliseconds between two looks. */
const lookEvery = 1000;

/**
 * Resolves with true when all three are there, with false after the signal. `onMissing` is told once which are not there, `onFound` when
 * they are there after that.
 */
export async function awaitLiveTopics(
  kafka: Kafka,
  topic: string,
  signal: AbortSignal,
  told: { readonly onMissing: (names: readonly string[]) => void; readonly onFound: () => void },
): Promise<boolean> {
  const topics = [topic, indexTopicOf(topic), streamsTopicOf(topic)];
  let waited = false;
  while (!signal.aborted) {
    const found = await Promise.all(topics.map((name) => kafka.describeTopic(name)));
    const missing = topics.filter((_, index) => found[index] === undefined);
    if (missing.length === 0) {
      if (waited) told.onFound();
      return true;
    }
    if (!waited) told.onMissing(missing);
    waited = true;
    await delay(lookEvery, undefined, { signal }).catch(() => {});
  }
  return false;
}
