/** What a sink remembers of topics, and what it is told anew. Pure. */
import type { TopicPositions } from './contract.ts';

/** With `positions` instead of what their reader remembered of those partitions, and of other topics of that name on that cluster. */
export function mergedPositions(
  remembered: readonly TopicPositions[],
  positions: TopicPositions | undefined,
): readonly TopicPositions[] {
  if (positions === undefined || positions.partitions.size === 0) return remembered;
  const { reader, topic, name, cluster } = positions;
  const isOwn = (one: TopicPositions): boolean => one.reader === reader && one.topic === topic;
  const before = remembered.find(isOwn)?.partitions ?? [];
  const isFormer = (one: TopicPositions): boolean =>
    one.reader === reader && one.name === name && one.cluster === cluster;
  const others = remembered.filter((one) => !isFormer(one));
  return [...others, { ...positions, partitions: new Map([...before, ...positions.partitions]) }];
}
