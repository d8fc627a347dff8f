/** Where a downloader begins: its committed safe offsets, which belong to its name, its sink, and the topic's id. */
import { ConfigurationError } from '../../errors.ts';
import type { Kafka, Position, TopicDescription } from '../../kafka/contract.ts';
import type { DownloadSettings } from '../shared/options.ts';

/** The consumer group that holds the positions. */
export function positionGroup(name: string, sinkId: string): string {
  return `sluice-${name}-${sinkId}`;
}

/** Partition -> first offset to read. Throws ConfigurationError when the positions speak of another topic. */
export async function startOffsets(
  kafka: Kafka,
  topic: TopicDescription,
  group: string,
  settings: DownloadSettings,
): Promise<Map<number, number>> {
  const committed: ReadonlyMap<number, Position> = settings.reset
    ? new Map()
    : await kafka.committed(group, topic.name);
  for (const { metadata } of committed.values()) {
    if (metadata === '' || metadata === topic.id) continue;
    throw new ConfigurationError(
      `topic ${topic.name} was deleted and made anew since "${settings.name}" read it: add --reset once to read it from its beginning`,
    );
  }
  const { fromOffset = 'beginning' } = settings;
  const at = fromOffset === 'beginning' ? 'earliest' : fromOffset === 'end' ? 'latest' : { time: fromOffset };
  const fallback = await kafka.offsets(topic.name, at);
  const from = new Map<number, number>();
  for (let partition = 0; partition < topic.partitions; partition++) {
    // With a position at all, a partition without one is new: nothing of it has been read.
    const start = committed.get(partition)?.offset ?? (committed.size > 0 ? 0 : fallback.get(partition));
    from.set(partition, start ?? 0);
  }
  if (committed.size > 0) {
    const earliest = await kafka.offsets(topic.name, 'earliest');
    for (const [partition] of from) {
      if (!committed.has(partition)) from.set(partition, earliest.get(partition) ?? 0);
    }
  }
  return from;
}
