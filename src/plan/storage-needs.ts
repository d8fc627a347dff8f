/** What a plan takes of disks. Pure. */
import { replicasOf } from './common.ts';
import {
  day,
  type FilesFacts,
  type LiveFacts,
  type Need,
  type PlanFacts,
  type PlannedTopic,
} from './facts.ts';
import { type DayOfFiles, stateSize } from './file-records.ts';
import type { SecondOfStream } from './live-records.ts';
import { bytesText, figure } from './sizes.ts';

/** A disk is planned to be full so far. */
export const full = 0.8;

export function diskNeeds(
  { files, live, cluster }: PlanFacts,
  ofDay: DayOfFiles | undefined,
  second: SecondOfStream | undefined,
  topics: readonly PlannedTopic[],
): Need[] {
  const copies = replicasOf(cluster).value;
  const needs: Need[] = [];
  if (files !== undefined && ofDay !== undefined) {
    needs.push(keptNeed(topics, files.topic, ofDay.bytes, copies, `${figure(ofDay.files)} files a day`));
    needs.push(stateNeed(files, ofDay, copies));
  }
  if (live !== undefined && second !== undefined) needs.push(...liveNeeds(live, second, topics, copies));
  const sum = needs.reduce((total, { value }) => total + value, 0);
  needs.push({
    what: 'Disk of each broker',
    value: sum / cluster.brokers / full,
    unit: 'bytes',
    terms: `${bytesText(sum)} / ${cluster.brokers} brokers / ${full}`,
    why: 'A fifth stays free: partitions differ, and a full disk stops its broker.',
  });
  return needs;
}

/** What memory of files takes of disks. */
export function stateNeed(
  { topic, remembered }: Pick<FilesFacts, 'topic' | 'remembered'>,
  { payload, files }: DayOfFiles,
  copies: number,
): Need {
  const size = stateSize(payload / Math.max(1, files));
  return {
    what: `Disk for ${topic}.state`,
    value: remembered * size * 1.25 * copies,
    unit: 'bytes',
    terms: `${figure(remembered)} files x ${figure(size)} B x 1.25 (not compacted yet) x ${copies} copies`,
    why: 'One record a file that stands at a source, or on the topic still.',
  };
}

/** What live video takes of disks; `topics` has its own. */
export function liveNeeds(
  live: LiveFacts,
  second: SecondOfStream,
  topics: readonly PlannedTopic[],
  copies: number,
): Need[] {
  const bytes = second.bytes * live.streams * 86_400;
  const index = second.indexBytes * live.streams * 86_400;
  return [
    keptNeed(topics, live.topic, bytes, copies, `${figure(live.streams)} streams`),
    keptNeed(topics, `${live.topic}.index`, index, copies, 'a record a segment'),
  ];
}

function keptNeed(
  topics: readonly PlannedTopic[],
  name: string,
  perDay: number,
  copies: number,
  of: string,
): Need {
  const topic = topics.find((one) => one.name === name)!;
  const { value: partitions } = topic.partitions;
  const setting = (key: string): number => Number(topic.config[key]?.value ?? 0);
  const days = setting('retention.ms') / day;
  const kept = perDay * days;
  // A segment goes when its newest record is too old: it stands for as long again as it was written.
  const late = Math.min(partitions * setting('segment.bytes'), (perDay * setting('segment.ms')) / day);
  return {
    what: `Disk for ${name}`,
    value: (kept + late) * copies,
    unit: 'bytes',
    terms: `(${bytesText(perDay)} a day x ${figure(days)} days + ${bytesText(late)} of segments that are not removed yet) x ${copies} copies`,
    why: `What comes (${of}) for as long as it is kept; whole segments are removed.`,
  };
}
