/** What became of one file: what its uploader has written of it as far as `T.state` still has it, and what downloaders say. */
import { FormatError } from '../../errors.ts';
import { stateTopicOf } from '../../files/shared/topics.ts';
import { listedDate } from '../../files/state/listed-facts.ts';
import type { Kafka } from '../../kafka/contract.ts';
import {
  decodeStateRecord,
  type FileState,
  sentVersionOf,
  statePartition,
} from '../../records/state-record.ts';
import { versionOf } from '../../records/upload-id.ts';
import type { FileEvent } from '../contract.ts';
import { factsOf } from './file-facts.ts';
import type { Looks } from './looks.ts';
import type { ReportsTable } from './reports-table.ts';

/** Records of one file that are told: of more, the newest. */
const mostEvents = 500;

export interface HistoryOf {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly looks: Looks;
  readonly reports: ReportsTable;
}

/** Newest first. Reads the partition of `T.state` that the uploader's files are in. Rejects with KafkaError. */
export async function fileHistory(of: HistoryOf, uploader: string, path: string): Promise<FileEvent[]> {
  const { looks, topic, reports } = of;
  const id = looks.topics.get(topic)?.description.id;
  const written = (await statesOf(of, uploader, path)).filter(({ state }) => state.topic === id);
  const events = written.flatMap(eventsOf);
  const { starts } = looks.files;
  const own = uniqueBy(events).map((event) => {
    const { partition = -1, first = -1 } = event;
    const start = starts.get(partition);
    return start === undefined ? event : { ...event, isKept: first >= start };
  });
  const arrivals = own.flatMap((event) => (event.what === 'sent' ? arrivalsOf(event, looks) : []));
  const failures = (reports.failures.get(`${uploader}/${path}`) ?? []).map(
    ({ at, state, where, reason, upload = '' }): FileEvent => ({ at, what: state, upload, where, reason }),
  );
  return [...own, ...arrivals, ...failures].toSorted((a, b) => b.at - a.at);
}

interface Written {
  readonly state: FileState;
  readonly at: number;
}

async function statesOf({ kafka, topic }: HistoryOf, uploader: string, path: string): Promise<Written[]> {
  const name = stateTopicOf(topic);
  const description = await kafka.describeTopic(name);
  if (description === undefined) return [];
  const key = Buffer.from(`${uploader}/${path}`);
  const found: Written[] = [];
  await kafka.readToEnd(name, statePartition(uploader, description.partitions), 0, (record) => {
    if (record.key === null || !key.equals(record.key)) return;
    try {
      const decoded = decodeStateRecord(record);
      if (decoded.kind === 'file' && decoded.state !== null)
        found.push({ state: decoded.state, at: record.timestamp });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    if (found.length > mostEvents) found.shift();
  });
  return found;
}

function eventsOf({ state, at }: Written): FileEvent[] {
  const facts = factsOf(state, at);
  if (facts === undefined) return [];
  const { upload, size } = facts;
  const { partition, first, last, digest } = state;
  // Of what is encrypted there stands what tells nothing.
  const told = digest === undefined || facts.isLocked ? {} : { digest };
  const event = { at: listedDate(at), what: facts.state, upload, size, ...told, partition, first, last };
  const before = sentVersionOf(state);
  if (before === undefined || before.upload === upload) return [event];
  // Its own record is gone; the id says when it was accepted.
  const sent = { at: versionOf(before.upload) / 1000, what: 'sent', upload: before.upload } as const;
  const place = { partition: before.partition, first: before.first, last: before.last };
  const isTold = state.sealed === undefined;
  return [{ ...sent, size: before.size, ...(isTold ? { digest: before.digest } : {}), ...place }, event];
}

/** Of what is told again and again of one upload, the last. */
function uniqueBy(events: readonly FileEvent[]): FileEvent[] {
  return [...new Map(events.map((event) => [`${event.what} ${event.upload}`, event])).values()];
}

/** Of each downloader that has committed a position behind it: by when it had. */
function arrivalsOf({ upload, partition = 0, last = 0, at }: FileEvent, looks: Looks): FileEvent[] {
  return [...looks.groups].flatMap(([where, { committed }]): FileEvent[] => {
    if ((committed.get(partition) ?? 0) <= last) return [];
    const overTime = looks.committedOverTime.get(where);
    const by = overTime?.appended(partition, last) ?? overTime?.since ?? at;
    return [{ at: Math.max(at, by), what: 'arrived', upload, where }];
  });
}
