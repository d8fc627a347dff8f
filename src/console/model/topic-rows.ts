/** A row for each topic: how large it is, how long it keeps, what is not as it should be. Pure. */
import { type Finding as Judged, judgeStateTopic, judgeTopic } from '../../files/shared/judge-topic.ts';
import type { TopicDescription } from '../../kafka/contract.ts';
import type { Finding, TopicRow } from '../contract.ts';

/** What of a topic is for: by that it is judged. */
export type TopicUse = 'files' | 'state' | 'other';

/** What was seen of a topic. */
export interface TopicLook {
  readonly use: TopicUse;
  readonly description: TopicDescription;
  readonly starts: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
  /** Partition -> bytes of its log; absent: the brokers do not tell. */
  readonly bytes?: ReadonlyMap<number, number> | undefined;
}

/** How many partitions it has stands in its row, and what this client may do says nothing of others. */
const ownChecks = new Set(['Topic', 'Rights']);

const levels = { ok: 'fine', note: 'note', warning: 'warning', problem: 'fault' } as const;

export function topicRow({ use, description, starts, ends, bytes }: TopicLook, brokers: number): TopicRow {
  const { name: id, partitions, replicationFactor = 0, maxMessageBytes, config } = description;
  const amount = (name: string): number | undefined => {
    const value = Number(config[name] ?? -1);
    return value >= 0 ? value : undefined;
  };
  // What is compacted alone forgets nothing by its age or its size.
  const forgets = (config['cleanup.policy'] ?? 'delete').includes('delete');
  const retention = forgets ? amount('retention.ms') : undefined;
  const retentionBytes = forgets ? amount('retention.bytes') : undefined;
  return {
    ...{ id, partitions, replicas: replicationFactor },
    ...(bytes === undefined ? {} : { bytes: sum(bytes) }),
    records: recordsOf({ starts, ends }),
    ...(retention === undefined ? {} : { retention: retention / 1000 }),
    ...(retentionBytes === undefined ? {} : { retentionBytes }),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    findings: judged(use, description, brokers).map(found),
  };
}

/** Of a topic that may not be looked at it is told why. */
export function refusedRow(id: string, why: string): TopicRow {
  return { id, partitions: 0, replicas: 0, records: 0, findings: [{ level: 'warning', what: why }] };
}

export function recordsOf({ starts, ends }: Pick<TopicLook, 'starts' | 'ends'>): number {
  let records = 0;
  for (const [partition, end] of ends) records += Math.max(0, end - (starts.get(partition) ?? 0));
  return records;
}

/** Of the log, per record that is in it; undefined where nobody knows. */
export function bytesPerRecord(look: TopicLook | undefined): number | undefined {
  if (look?.bytes === undefined) return undefined;
  const records = recordsOf(look);
  return records === 0 ? undefined : sum(look.bytes) / records;
}

function sum(numbers: ReadonlyMap<number, number>): number {
  return [...numbers.values()].reduce((total, number) => total + number, 0);
}

function judged(use: TopicUse, description: TopicDescription, brokers: number): readonly Judged[] {
  if (use === 'files') return judgeTopic(description, brokers).filter(({ check }) => !ownChecks.has(check));
  if (use === 'state') return [judgeStateTopic(description.name, description)];
  return [];
}

function found({ check, status, message, remedy }: Judged): Finding {
  const advice = remedy === undefined ? {} : { advice: remedy };
  return { level: levels[status], what: `${check}: ${message}`, ...advice };
}
