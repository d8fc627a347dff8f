/** Keeps the tables of the console: all topics that tell of files, streams and runs are followed. */
import { stateTopicOf } from '../../files/shared/topics.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { indexTopicOf, streamsTopicOf } from '../../live/topics.ts';
import type { Logger } from '../../log.ts';
import { decodeStateRecord } from '../../records/state-record.ts';
import { openReportsTopic, reportsTopicOf } from '../../reports/topic.ts';
import { factsOf } from './file-facts.ts';
import type { FileTable } from './file-table.ts';
import { type FollowTopicOptions, followTopic } from './follow-topic.ts';
import type { LeasesTable } from './leases-table.ts';
import type { ReportsTable } from './reports-table.ts';
import type { StreamsTable } from './streams-table.ts';
import type { Trouble } from './trouble.ts';

/** Of the index of segments only what is young is read: milliseconds. */
const youngIndex = 600_000;

export interface FollowAllOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly liveTopic: string;
  readonly files: FileTable;
  readonly leases: LeasesTable;
  readonly reports: ReportsTable;
  readonly streams: StreamsTable;
  readonly trouble: Trouble;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly makeReports: boolean;
  /** Copies that a topic beside this one is to have; undefined: this one is not there. */
  readonly copies: (topic: string) => number | undefined;
  /** Milliseconds between two looks for a topic that is not there. */
  readonly absent: number;
}

export interface Following {
  /** Resolve after the signal. */
  readonly ended: Promise<void>[];
  /** The topic of files is another one now: what is remembered of it is read anew. */
  restart(): void;
}

export function followAll(options: FollowAllOptions): Following {
  const { kafka, topic, liveTopic, streams, trouble, logger, signal, absent } = options;
  const common = { kafka, trouble, logger, signal, look: absent };
  let state = new AbortController();
  const claims = heardBy((record, heard) => streams.takeClaim(record, heard));
  const claimed = {
    ...claims,
    onBegin: () => {
      claims.onBegin();
      streams.clear();
    },
  };
  const index = { onBegin: () => {}, onCaughtUp: () => {}, at: () => ({ time: Date.now() - youngIndex }) };
  return {
    ended: [
      followTopic({ ...common, topic: stateTopicOf(topic), ...stateOf(options), until: () => state.signal }),
      followTopic({ ...common, topic: streamsTopicOf(liveTopic), ...claimed }),
      followTopic({
        ...{ ...common, ...index, topic: indexTopicOf(liveTopic) },
        onRecord: (record) => streams.takeIndex(record),
      }),
      followTopic({ ...common, ...reportsOf(options, topic) }),
      followTopic({ ...common, ...reportsOf(options, liveTopic) }),
    ],
    restart() {
      state.abort();
      state = new AbortController();
    },
  };
}

/** What stood there at first was heard of when it was written, as it says itself, and not later than now; what comes then is heard of now. */
function heardBy(
  take: (record: ConsumedRecord, heard: number) => void,
): Pick<FollowTopicOptions, 'onRecord' | 'onCaughtUp'> & { readonly onBegin: () => void } {
  let isFresh = false;
  return {
    onBegin: () => {
      isFresh = false;
    },
    onRecord: (record) => take(record, isFresh ? Date.now() : Math.min(Date.now(), record.timestamp)),
    onCaughtUp: () => {
      isFresh = true;
    },
  };
}

function stateOf({ kafka, topic, files, leases }: FollowAllOptions) {
  let id: string | undefined;
  const { onBegin, onRecord, onCaughtUp } = heardBy((record, heard) => {
    const decoded = decodeStateRecord(record);
    const { uploader } = decoded;
    if (decoded.kind === 'lease') leases.take(uploader, decoded.lease, record.timestamp, heard);
    if (decoded.kind !== 'file') return;
    const { path, state } = decoded;
    const facts = state?.topic === id && state !== null ? factsOf(state, record.timestamp) : undefined;
    if (facts === undefined) files.delete(uploader, path);
    else files.set(uploader, path, facts);
  });
  return {
    async onBegin() {
      onBegin();
      id = (await kafka.describeTopic(topic))?.id;
      files.clear();
      leases.clear();
    },
    onRecord,
    onCaughtUp() {
      files.settle();
      onCaughtUp();
    },
  };
}

function reportsOf({ kafka, reports, makeReports, copies, logger }: FollowAllOptions, of: string) {
  const topic = reportsTopicOf(of);
  let isRefused = false;
  const heard = heardBy((record, when) => reports.take(topic, record, when));
  return {
    topic,
    ...heard,
    onBegin() {
      heard.onBegin();
      reports.clear(topic);
    },
    async make() {
      const replicas = copies(of);
      if (!makeReports || isRefused || replicas === undefined) return;
      const made = await openReportsTopic(kafka, of, replicas);
      isRefused = made === undefined;
      if (isRefused) logger.info({ topic }, 'runs cannot report: this user may not make their topic');
    },
  };
}
