/** The topics of live video, as they are to be. Pure. */
import {
  indexTopicOf,
  keysPartitions,
  keysTopicOf,
  liveMessageBytes,
  streamsPartitions,
  streamsTopicOf,
} from '../live/topics.ts';
import { byAge, compacted, replicasOf, safety, segments, sharedAlike } from './common.ts';
import { type ClusterFacts, day, type LiveFacts, type PlannedTopic, type Reasoned } from './facts.ts';
import type { SecondOfStream } from './live-records.ts';
import { bytesText, figure, timeText } from './sizes.ts';

/** More partitions than that bring streams nothing: one carries hundreds of them. */
const mostPartitions = 48;

function retentionOf({ rewind }: LiveFacts): Reasoned<string> {
  const value = Math.ceil(rewind * 1.05 + 600_000);
  return {
    value: String(value),
    why: `Viewers go back ${timeText(rewind)}, and a little more so that what they are shown does not go while they look. What is to stay longer: sluice live export.`,
  };
}

function partitionsOf(facts: LiveFacts, { brokers }: ClusterFacts, second: SecondOfStream): Reasoned<number> {
  const value = sharedAlike(Math.max(brokers, facts.streams), brokers, mostPartitions);
  const isShared = value % brokers === 0 ? `, a multiple of ${brokers} brokers` : '';
  return {
    value,
    why: `All records of a stream stand in one partition, ${bytesText(second.bytes)}/s each; ${figure(facts.streams)} streams spread over ${value}${isShared}, ${mostPartitions} at the most.`,
  };
}

export function liveTopics(facts: LiveFacts, cluster: ClusterFacts, second: SecondOfStream): PlannedTopic[] {
  const partitions = partitionsOf(facts, cluster, second);
  const replicas = replicasOf(cluster);
  const retention = retentionOf(facts);
  const bytesPerDay = (second.bytes * facts.streams * 86_400) / partitions.value;
  const indexPerDay = (second.indexBytes * facts.streams * 86_400) / partitions.value;
  return [
    {
      name: facts.topic,
      holds: 'live video',
      partitions,
      replicas,
      config: {
        ...byAge,
        'retention.ms': retention,
        ...segments(bytesPerDay, Number(retention.value), liveMessageBytes),
        'max.message.bytes': {
          value: String(liveMessageBytes),
          why: 'A part travels in one record, and one with a keyframe at a high bit rate is more than the usual 1 MiB.',
        },
        ...safety(cluster),
      },
    },
    {
      name: indexTopicOf(facts.topic),
      holds: 'where segments stand',
      partitions: {
        value: partitions.value,
        why: `As many as ${facts.topic}: a stream has the same number in both.`,
      },
      replicas,
      config: {
        'cleanup.policy': { value: 'delete', why: `One record a segment, which go with ${facts.topic}.` },
        'retention.ms': { value: retention.value, why: `As ${facts.topic}: what it points to is gone then.` },
        ...segments(indexPerDay, Number(retention.value), 1024 * 1024),
        ...safety(cluster),
      },
    },
    ...[
      { name: streamsTopicOf(facts.topic), count: streamsPartitions, holds: 'who publishes what' },
      { name: keysTopicOf(facts.topic), count: keysPartitions, holds: 'keys of senders' },
    ].map(({ name, count, holds }) => ({
      name,
      holds,
      partitions: { value: count, why: 'Few and small, read through at every start, in one order.' },
      replicas,
      config: {
        ...compacted(holds),
        'segment.ms': {
          value: String(day / 24),
          why: 'Claims are renewed every few seconds: compacted each hour.',
        },
        ...safety(cluster),
      },
    })),
  ];
}
