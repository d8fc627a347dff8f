/** The topics of files, as they are to be. Pure. */

import { uploadDefaults } from '../files/shared/options.ts';
import { statePartitions, stateTopicOf, usualMaxMessageBytes } from '../files/shared/topics.ts';
import { byAge, compacted, mostCopies, replicasOf, safety, segments, sharedAlike } from './common.ts';
import { type ClusterFacts, day, type FilesFacts, type PlannedTopic, type Reasoned } from './facts.ts';
import { type DayOfFiles, stateSize } from './file-records.ts';
import { bytesText, figure, timeText } from './sizes.ts';
import { full, stateNeed } from './storage-needs.ts';

/** Bytes a second that one partition is planned to take at its busiest: a tenth of what one took in `npm run bench`, for disks are slower than memory. */
const partitionRate = 60e6;

/** How long records stay: receivers that were away need time to catch up, while retention goes on. */
export function retentionOf({ away, peak }: Pick<FilesFacts, 'away' | 'peak'>): Reasoned<string> {
  const margin = Math.max(3_600_000, away / 4);
  const value = Math.ceil((away + margin) / 3_600_000) * 3_600_000;
  const busy = peak > 1 ? ', in busy hours too' : '';
  return {
    value: String(value),
    why: `A receiver may be away for ${timeText(away)}, and then reads on while the oldest goes: a quarter more (an hour at least) is what it has for that${busy}. What it has not read by then is lost to it, and told.`,
  };
}

/** A cap by bytes, where disks are given: of what is left `beside` (bytes of all copies) other topics, less the segment that is written. */
function bytesCap(
  facts: FilesFacts,
  cluster: ClusterFacts,
  ofDay: DayOfFiles,
  {
    partitions,
    segment,
    beside,
  }: { readonly partitions: number; readonly segment: number; readonly beside: number },
): Reasoned<string> {
  if (cluster.disk === undefined) {
    return {
      value: '-1',
      why: 'No cap by bytes: it would take what a receiver has not read yet. Watch the disks instead, or plan with --disk.',
    };
  }
  const replicas = replicasOf(cluster).value;
  const left = cluster.disk * full * cluster.brokers - beside;
  const cap = Math.max(segment, Math.floor(left / replicas / partitions) - segment);
  const needed = ((ofDay.bytes / day) * Number(retentionOf(facts).value)) / partitions;
  const fits =
    needed <= cap
      ? `${bytesText(needed)} is what the retention by time needs`
      : `less than the ${bytesText(needed)} that the retention by time needs`;
  return {
    value: String(cap),
    why: `What other topics (${bytesText(beside)}) leave of the disks' 80 %, shared by partitions and copies, less the segment that is written (${bytesText(cap)} each), so that they never fill; ${fits}.`,
  };
}

/** Partitions that Kafka makes by one request (KAFKA-17870). */
const mostAtOnce = 10_000;

/** Bytes a second at the busiest, and the partitions that they take. */
export function partitionsByRate(
  { peak }: Pick<FilesFacts, 'peak'>,
  { bytes }: Pick<DayOfFiles, 'bytes'>,
): { readonly rate: number; readonly count: number } {
  const rate = (bytes / 86_400) * peak;
  return { rate, count: Math.ceil(rate / partitionRate) };
}

function partitionsOf(facts: FilesFacts, { brokers }: ClusterFacts, ofDay: DayOfFiles): Reasoned<number> {
  const { rate, count: byRate } = partitionsByRate(facts, ofDay);
  const wanted = Math.max(uploadDefaults.partitions, byRate, facts.members, brokers);
  const most = Math.min(mostAtOnce, Math.floor((mostCopies * brokers) / replicasOf({ brokers }).value));
  const value = sharedAlike(wanted, brokers, most);
  const reasons = [
    `${byRate} for ${bytesText(rate)}/s at the busiest (${bytesText(partitionRate)}/s each)`,
    ...(facts.members > 1 ? [`${facts.members} so that each member of a group has one`] : []),
    `${uploadDefaults.partitions} so that large files do not wait for each other`,
  ];
  return {
    value,
    why:
      value < wanted
        ? `The most of: ${reasons.join(', ')}; but no more than ${brokers} brokers carry, ${figure(mostCopies)} copies each, and Kafka makes at once, ${figure(mostAtOnce)}.`
        : `The most of: ${reasons.join(', ')}; up to a multiple of ${brokers} brokers, so that each leads as many. More can be added later, fewer not.`,
  };
}

/** `besides`: bytes that topics of others take of the disks, all copies. */
export function filesTopics(
  facts: FilesFacts,
  cluster: ClusterFacts,
  ofDay: DayOfFiles,
  besides = 0,
): PlannedTopic[] {
  const partitions = partitionsOf(facts, cluster, ofDay);
  const replicas = replicasOf(cluster);
  const retention = retentionOf(facts);
  const isPacked = ofDay.smallFiles > 0;
  const segment = segments(ofDay.bytes / partitions.value, Number(retention.value), usualMaxMessageBytes);
  const cap = bytesCap(facts, cluster, ofDay, {
    partitions: partitions.value,
    segment: Number(segment['segment.bytes'].value),
    beside: besides + stateNeed(facts, ofDay, replicas.value).value,
  });
  const files: PlannedTopic = {
    name: facts.topic,
    holds: 'the files',
    partitions,
    replicas,
    config: {
      ...byAge,
      'retention.ms': retention,
      'retention.bytes': cap,
      ...segment,
      'max.message.bytes': {
        value: String(usualMaxMessageBytes),
        why: `Kafka's own, which every copier takes too. ${isPacked ? 'Small files travel in packs up to that size' : 'Chunks fill it to the byte'}; larger records bring nothing.`,
      },
      ...safety(cluster),
    },
  };
  const remembered = facts.remembered * stateSize(facts.loads[0]?.averageSize ?? 0);
  const state: PlannedTopic = {
    name: stateTopicOf(facts.topic),
    holds: 'what uploaders have sent',
    partitions: {
      value: statePartitions,
      why: `For ever: an uploader's name decides which of the ${statePartitions} is its own.`,
    },
    replicas,
    config: {
      ...compacted(`one a file, ${figure(facts.remembered)} files, ${bytesText(remembered)} when compacted`),
      ...safety(cluster),
    },
  };
  return [files, state];
}
