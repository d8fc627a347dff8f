/**
 * Where a downloader begins. The sink remembers how far each topic was read into it, and is believed; what the cluster has
 * committed is believed where it says less: a sink that was put back from a backup does not have what came after it.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../../errors.ts';
import type { AssignedReading, Kafka, Position, TopicDescription } from '../../kafka/contract.ts';
import type { ReadRange, Sink, TopicPositions } from '../../stores/contract.ts';
import type { DownloadSettings } from '../shared/options.ts';
import type { Cut } from './name-losses.ts';
import type { ReadTopic } from './safe-offsets.ts';

/** The consumer group that holds the positions. */
export function positionGroup(name: string, sinkId: string): string {
  return `sluice-${name}-${sinkId}`;
}

/** Where a topic begins and ends: Kafka offsets by partition. */
export interface Look {
  readonly earliest: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
}

/** Where a downloader begins, and what the topic was then. */
export interface Start extends Look {
  /** Partition -> where it is read from, and where it was first read from. */
  readonly from: Map<number, ReadRange>;
  /** What was read, and has been cut off its log since. */
  readonly cuts: readonly Cut[];
}

/** The same as a consumer takes it. */
export function readingOf(from: Start['from']): Required<Pick<AssignedReading, 'from' | 'epochs'>> {
  return {
    from: new Map([...from].map(([partition, { safe }]) => [partition, safe])),
    epochs: new Map([...from].map(([partition, { epochs = [] }]) => [partition, epochs])),
  };
}

/** Throws ConfigurationError when the positions speak of another topic. */
export async function startOffsets(
  kafka: Kafka,
  topic: TopicDescription,
  cluster: Promise<{ readonly clusterId: string }>,
  sink: Pick<Sink, 'id' | 'positions'>,
  settings: DownloadSettings,
): Promise<Start> {
  const remembered = await sink.positions();
  // All at once, for each would cost a round trip. What was committed was read before, and is not behind these ends.
  const [past, earliest, soon, guess] = await Promise.all([
    settings.reset ? undefined : pastOf(kafka, topic, cluster, sink, settings, remembered),
    kafka.offsets(topic.name, 'earliest'),
    kafka.offsets(topic.name, 'latest'),
    settings.reset ? undefined : agreementOf(kafka, topic, settings, remembered),
  ]);
  const place = placeOf(settings);
  const isElsewhere = past === undefined && place !== 'earliest';
  const first = isElsewhere ? await kafka.offsets(topic.name, place) : earliest;
  // Last: what was found before cannot be behind these ends, though the topic grows.
  const latest = isElsewhere ? await kafka.offsets(topic.name, 'latest') : soon;
  const ranges = Array.from({ length: topic.partitions }, (_, partition) => {
    return past?.(partition) ?? fresh(first.get(partition) ?? 0);
  });
  const read = new Map(ranges.map(({ epochs = [] }, partition) => [partition, epochs]));
  const agreed = guess?.isOf(read) ? guess.agreed : await kafka.agreement(topic.name, read);
  const logs = { topic: topic.name, earliest, latest, agreed };
  const { from, cuts } = rangesOnLogs(new Map(ranges.entries()), logs, settings.onEvent);
  return { from, cuts, earliest, ends: latest };
}

/** What is known of a topic's logs: Kafka offsets by partition. `agreed`: up to where they are as they were read. */
export interface Logs {
  readonly topic: string;
  readonly earliest: ReadonlyMap<number, number>;
  readonly latest: ReadonlyMap<number, number>;
  readonly agreed: ReadonlyMap<number, number>;
}

/** From where partitions are read on, where some of what was read of them may have been cut off their logs. */
export function rangesOnLogs(
  ranges: ReadonlyMap<number, ReadRange>,
  { topic, earliest, latest, agreed }: Logs,
  tell: DownloadSettings['onEvent'],
): Pick<Start, 'from' | 'cuts'> {
  const from = new Map<number, ReadRange>();
  const cuts: Cut[] = [];
  for (const [partition, range] of ranges) {
    const { began, safe } = range;
    const end = latest.get(partition) ?? 0;
    const begin = earliest.get(partition) ?? 0;
    const at = Math.max(begin, agreed.get(partition) ?? safe);
    if (at < safe) {
      cuts.push({ partition, at, until: safe });
      from.set(partition, before({ ...range, began: Math.min(began, at) }, at));
      continue;
    }
    if (safe <= end) {
      from.set(partition, range);
      continue;
    }
    const message = `${topic}, partition ${partition} ends at offset ${end}, and had been read to ${safe}: the log was cut (an unclean election, or a broker put back from a backup); it is read from its beginning again`;
    tell({ type: 'warning', message });
    from.set(partition, fresh(begin));
  }
  return { from, cuts };
}

/** How far the log is as the sink remembers it: what was committed says the same, nearly always. */
async function agreementOf(
  kafka: Kafka,
  topic: TopicDescription,
  settings: DownloadSettings,
  remembered: readonly TopicPositions[],
): Promise<{ agreed: ReadonlyMap<number, number>; isOf: (read: ReadonlyMap<number, unknown>) => boolean }> {
  const own = remembered.find(({ reader, topic: id }) => reader === settings.name && id === topic.id);
  const read = new Map(
    [...(own?.partitions ?? [])].map(([partition, { epochs = [] }]) => [partition, epochs]),
  );
  const agreed = await kafka.agreement(topic.name, read);
  const isOf = (other: ReadonlyMap<number, unknown>): boolean =>
    [...other].every(([partition, epochs]) => isDeepStrictEqual(read.get(partition) ?? [], epochs));
  return { agreed, isOf };
}

/** The same as it was when no more than this had been read. */
export function before({ began, epochs = [] }: ReadRange, safe: number): ReadRange {
  return { began: Math.min(began, safe), safe, epochs: epochs.filter(([, from]) => from < safe) };
}

/** Nothing was read before it. */
export function fresh(offset: number): ReadRange {
  return { began: offset, safe: offset };
}

/** Where who has no past begins. */
export function placeOf({
  fromOffset = 'beginning',
}: DownloadSettings): 'earliest' | 'latest' | { time: number } {
  if (fromOffset === 'beginning') return 'earliest';
  return fromOffset === 'end' ? 'latest' : { time: fromOffset };
}

/** What is proven of each partition; undefined for one of which nothing was read. Without any past: undefined. */
async function pastOf(
  kafka: Kafka,
  described: TopicDescription,
  cluster: Promise<{ readonly clusterId: string }>,
  sink: Pick<Sink, 'id'>,
  settings: DownloadSettings,
  remembered: readonly TopicPositions[],
): Promise<((partition: number) => ReadRange | undefined) | undefined> {
  const positions = remembered.filter(({ reader }) => reader === settings.name);
  const committed = await kafka.committed(positionGroup(settings.name, sink.id), described.name);
  const topic = { ...described, cluster: (await cluster).clusterId };
  const own = positions.find((one) => one.topic === topic.id);
  const isOther = own === undefined && positions.some((one) => isFormer(one, topic));
  if (isOther || [...committed.values()].some((position) => isOfOther(position, topic))) {
    throw new ConfigurationError(
      `topic ${topic.name} was deleted and made anew since "${settings.name}" read it, or is another cluster's: add --reset once to read it from its beginning`,
    );
  }
  if (own === undefined && committed.size === 0) return undefined;
  return (partition) => {
    const range = own?.partitions.get(partition);
    if (range === undefined) return undefined;
    const safe = Math.min(range.safe, committed.get(partition)?.offset ?? range.safe);
    return before(range, safe);
  };
}

function isOfOther({ metadata }: Position, topic: ReadTopic): boolean {
  return metadata !== '' && metadata !== topic.id;
}

/** A topic that stood under the same name. */
function isFormer({ topic: id, name, cluster }: TopicPositions, topic: ReadTopic): boolean {
  return id !== topic.id && name === topic.name && cluster === topic.cluster;
}

/** Uploads that an earlier run left open, by whether they are of this topic, of one of its name that is gone, or of another. */
export function whoseUploads<T extends { readonly topic: string }>(
  uploads: readonly T[],
  topic: ReadTopic,
  positions: readonly TopicPositions[],
): { readonly own: T[]; readonly gone: T[] } {
  const former = new Set(positions.filter((one) => isFormer(one, topic)).map((one) => one.topic));
  const own = uploads.filter((one) => one.topic === '' || one.topic === topic.id);
  const gone = uploads.filter((one) => former.has(one.topic));
  return { own, gone };
}

/** What is said of a sink that is a copy: its positions are those of another one. */
export function copiedText(place: string, topic: string): string {
  return `${place} was copied, or put back from a backup: what it may lack is found by reading ${topic} again from where that began; what stands here is not written again`;
}
