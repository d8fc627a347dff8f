/** What anybody's uploader remembers on `T.state`, and what may stand on `T` without being told there. */
import { FormatError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import {
  decodeStateRecord,
  type FileState,
  type Origin,
  type StateRecord,
  statePartition,
} from '../../records/state-record.ts';
import { versionOf } from '../../records/upload-id.ts';
import { stateTopicOf } from '../shared/topics.ts';

export interface StateEntry {
  readonly uploader: string;
  readonly path: string;
  readonly state: FileState;
  /** When it was written, or where that was overwritten, when the version was accepted; milliseconds since the epoch. */
  readonly at: number;
}

/** All of `T.state`, as it speaks of the files topic of one id. */
export class EveryState {
  /** `UPLOADER/PATH` -> the state of its newest version that was not given up; those of other topics are left out. */
  readonly files: Map<string, StateEntry> = new Map();
  readonly #topicId: string;
  readonly #partitions: number;
  /** By partition of `T.state`: since when it tells. */
  readonly #origins = new Map<number, Origin>();
  readonly #ready = new Set<string>();

  constructor(topicId: string, partitions: number) {
    this.#topicId = topicId;
    this.#partitions = partitions;
  }

  take(partition: number, decoded: StateRecord, at: number): void {
    if (decoded.kind === 'origin') {
      if (decoded.origin === null) this.#origins.delete(partition);
      else this.#origins.set(partition, decoded.origin);
    } else if (decoded.kind === 'ready') {
      if (decoded.ready?.topic === this.#topicId) this.#ready.add(decoded.uploader);
      else this.#ready.delete(decoded.uploader);
    } else if (decoded.kind === 'file') {
      const { uploader, path, state } = decoded;
      const key = `${uploader}/${path}`;
      const entry = state?.topic === this.#topicId ? standing(state, at) : undefined;
      if (entry === undefined) this.files.delete(key);
      else this.files.set(key, { uploader, path, ...entry });
    }
  }

  /** What a partition says is not to be trusted: a record in it is damaged. */
  distrust(partition: number): void {
    this.#origins.delete(partition);
    for (const uploader of this.#ready) {
      if (statePartition(uploader, this.#partitions) === partition) this.#ready.delete(uploader);
    }
  }

  /**
   * The Kafka offset in a partition of `T` before which there may be records of `uploader` that are not told here: 0 when all
   * are, infinity when nobody knows. Without an uploader: of anybody.
   */
  untoldBefore(partition: number, uploader?: string): number {
    if (uploader !== undefined && this.#ready.has(uploader)) return 0;
    const origins =
      uploader === undefined
        ? Array.from({ length: this.#partitions }, (_, index) => this.#origins.get(index))
        : [this.#origins.get(statePartition(uploader, this.#partitions))];
    return Math.max(...origins.map((origin) => this.#untoldBy(origin, partition)));
  }

  #untoldBy(origin: Origin | undefined, partition: number): number {
    if (origin === undefined) return Number.POSITIVE_INFINITY;
    // Older than the files topic: it has been told everything. Partitions that were added later are told from their beginning.
    return origin.topic === this.#topicId ? (origin.ends[partition] ?? 0) : 0;
  }
}

/** What a state says that stands on the topic: when its own version was given up, the one before it. */
function standing(state: FileState, at: number): Pick<StateEntry, 'state' | 'at'> | undefined {
  if (state.state !== 'aborted') return { state, at };
  if (state.before === undefined) return undefined;
  const { upload, size, mtime, digest, partition, first, last } = state.before;
  const fingerprint = { size, mtime, ctime: '', inode: '' };
  const sent = { upload, state: 'sent' as const, fingerprint, digest, partition, first, last, acked: size };
  return { state: { topic: state.topic, ...sent }, at: versionOf(upload) / 1000 };
}

/** Reads all of a topic's state; undefined when there is none. */
export async function readState(kafka: Kafka, topic: TopicDescription): Promise<EveryState | undefined> {
  const name = stateTopicOf(topic.name);
  const description = await kafka.describeTopic(name);
  if (description === undefined) return undefined;
  const state = new EveryState(topic.id, description.partitions);
  const damaged = new Set<number>();
  const from = await kafka.offsets(name, 'earliest');
  const until = await kafka.offsets(name, 'latest');
  for await (const batch of kafka.consumer({ topic: name, from, until, onGap: () => {} })) {
    for (const record of batch.records) {
      try {
        state.take(batch.partition, decodeStateRecord(record), record.timestamp);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        damaged.add(batch.partition);
      }
    }
    batch.release();
  }
  for (const partition of damaged) state.distrust(partition);
  return state;
}
