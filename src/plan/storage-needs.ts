/** What a plan takes of disks. Pure. */
import { replicasOf } from './common.ts';
import { day, type Need, type PlanFacts, type PlannedTopic } from './facts.ts';
import { type DayOfFiles, stateSize } from './file-records.ts';
import type { SecondOfStream } from './live-records.ts';
import { bytesText, figure } from './sizes.ts';

/** A disk is planned to be full so far. */
const full = 0.8;

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
    const size = stateSize(ofDay.payload / Math.max(1, ofDay.files));
    needs.push({
      what: `Disk for ${files.topic}.state`,
      value: files.remembered * size * 1.25 * copies,
      unit: 'bytes',
      terms: `${figure(files.remembered)} files x ${figure(size)} B x 1.25 (not compacted yet) x ${copies} copies`,
      why: 'One record a file that stands at a source, or on the topic still.',
    });
  }
  if (live !== undefined && second !== undefined) {
    const bytes = second.bytes * live.streams * 86_400;
    needs.push(keptNeed(topics, live.topic, bytes, copies, `${figure(live.streams)} streams`));
    const index = second.indexBytes * live.streams * 86_400;
    needs.push(keptNeed(topics, `${live.topic}.index`, index, copies, 'a record a segment'));
  }
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
