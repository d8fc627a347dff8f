/** What anybody's uploader remembers on `T.state`, and what may stand on `T` without being told there. */
import { FormatError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import { type NamedState, showState } from '../../records/hidden-state.ts';
import type { NamesKey } from '../../records/names-key.ts';
import {
  decodeStateRecord,
  type Lease,
  type Origin,
  type StateRecord,
  statePartition,
} from '../../records/state-record.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { Wrapped } from '../shared/recipients.ts';
import { stateTopicOf } from '../shared/topics.ts';
import { StateEntries } from './state-entries.ts';

/** Whether files of an uploader and path are kept; of an encrypted name, the hash stands for the path. */
export type IsWanted = (uploader: string, path: string) => boolean;

/** All of `T.state`, as it speaks of the files topic of one id. */
export class EveryState {
  /** What is remembered of other topics is left out. */
  readonly files: StateEntries = new StateEntries();
  /** Uploader -> the lease of whoever has its name, and when it was written. */
  readonly leases: Map<string, Lease & { readonly at: number }> = new Map();
  readonly #topicId: string;
  readonly #cluster: string;
  readonly #partitions: number;
  /** By partition of `T.state`: since when it tells. */
  readonly #origins = new Map<number, Origin>();
  readonly #ready = new Set<string>();
  /** Uploader -> the key of its names, for whoever may read them. */
  readonly #names = new Map<string, Wrapped>();
  readonly #isWanted: IsWanted;

  constructor(topicId: string, cluster: string, partitions: number, isWanted: IsWanted = () => true) {
    this.#topicId = topicId;
    this.#cluster = cluster;
    this.#partitions = partitions;
    this.#isWanted = isWanted;
  }

  take(partition: number, decoded: StateRecord, at: number): void {
    if (decoded.kind === 'origin') {
      if (decoded.origin === null) this.#origins.delete(partition);
      else this.#origins.set(partition, decoded.origin);
    } else if (decoded.kind === 'ready') {
      if (decoded.ready?.names !== undefined) this.#names.set(decoded.uploader, decoded.ready.names);
      if (decoded.ready?.topic === this.#topicId) this.#ready.add(decoded.uploader);
      else this.#ready.delete(decoded.uploader);
    } else if (decoded.kind === 'lease') {
      if (decoded.lease === null) this.leases.delete(decoded.uploader);
      else this.leases.set(decoded.uploader, { ...decoded.lease, at });
    } else if (decoded.kind === 'file') {
      const { uploader, path, state } = decoded;
      if (!this.#isWanted(uploader, path)) return;
      if (state?.topic === this.#topicId) this.files.set({ uploader, path, state, at });
      else this.files.delete(uploader, path);
    }
  }

  /** Gives files their names, where these are encrypted and a key of ours opens them. Once, when all was taken. */
  async openNames(keyring: Keyring): Promise<void> {
    const keys = new Map<string, NamesKey | undefined>();
    for (const entry of this.files.hidden) {
      const { uploader, path, state } = entry;
      const wrapped = this.#names.get(uploader);
      if (!keys.has(uploader)) keys.set(uploader, wrapped && (await openedNames(keyring, wrapped)));
      const names = keys.get(uploader);
      const shown = names && shownOrNot(names, uploader, { path, state });
      this.files.delete(uploader, path);
      this.files.set(
        shown === undefined ? { ...entry, isLocked: true } : { ...entry, ...shown, isShown: true },
      );
    }
  }

  /** Uploaders all of whose files on the topic are told. */
  get whole(): ReadonlySet<string> {
    return this.#ready;
  }

  /** What a partition says is not to be trusted: a record in it is damaged, or gone. */
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
    // Partitions that were added later are told from their beginning.
    if (origin.topic === this.#topicId) return origin.ends[partition] ?? 0;
    // Older than the files topic, it has been told everything; copied from another cluster, it tells of that one's topic.
    const isHere = origin.cluster !== '' && origin.cluster === this.#cluster;
    return isHere ? 0 : Number.POSITIVE_INFINITY;
  }
}

/** What is damaged, or of no key of ours, tells nothing. */
async function openedNames(keyring: Keyring, wrapped: Wrapped): Promise<NamesKey | undefined> {
  try {
    return await keyring.names(wrapped);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function shownOrNot(names: NamesKey, uploader: string, hidden: NamedState): NamedState | undefined {
  try {
    return showState(names, uploader, hidden);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Damaged records of a partition of which it is noted whether they are replaced: anybody who may write there could make any number. */
const manyDamaged = 1000;

function keyText({ key }: { readonly key: Uint8Array | null }): string {
  return Buffer.from(key ?? []).toString('latin1');
}

/** Reads a topic's state, or the part of it that one uploader's is in; undefined when there is none. */
export async function readState(
  kafka: Kafka,
  topic: TopicDescription,
  options: { readonly uploader?: string; readonly keyring: Keyring; readonly isWanted?: IsWanted },
): Promise<EveryState | undefined> {
  const { uploader, keyring, isWanted } = options;
  const name = stateTopicOf(topic.name);
  const description = await kafka.describeTopic(name);
  if (description === undefined) return undefined;
  const { clusterId } = await kafka.describeCluster();
  const state = new EveryState(topic.id, clusterId, description.partitions, isWanted);
  const untold = new Set<number>();
  const damaged = new Map<number, Set<string>>();
  const earliest = await kafka.offsets(name, 'earliest');
  const only = uploader === undefined ? undefined : statePartition(uploader, description.partitions);
  const from = new Map([...earliest].filter(([partition]) => only === undefined || partition === only));
  const latest = await kafka.offsets(name, 'latest');
  const ends = new Map([...latest].filter(([partition]) => from.has(partition)));
  const onCut = ({ partition }: { readonly partition: number }) => untold.add(partition);
  for await (const batch of kafka.consumer({ topic: name, from, until: ends, onGap: () => {}, onCut })) {
    for (const record of batch.records) {
      try {
        state.take(batch.partition, decodeStateRecord(record), record.timestamp);
        // What was replaced since stands there until the topic is compacted, and hides nothing.
        damaged.get(batch.partition)?.delete(keyText(record));
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        const keys = damaged.get(batch.partition) ?? new Set();
        damaged.set(batch.partition, keys.add(keyText(record)));
        if (keys.size >= manyDamaged) untold.add(batch.partition);
      }
      if (untold.has(batch.partition)) damaged.delete(batch.partition);
    }
    batch.release();
  }
  for (const [partition, keys] of damaged) if (keys.size > 0) untold.add(partition);
  for (const partition of untold) state.distrust(partition);
  await state.openNames(keyring);
  return state;
}
