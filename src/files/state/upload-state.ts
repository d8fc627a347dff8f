/**
 * What one uploader remembers, kept in `T.state`: read once at the start, written behind every acknowledgement. Never
 * one growing record: a file is a key.
 */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import {
  decodeStateRecord,
  encodeFileState,
  encodeLease,
  encodeOrigin,
  encodeReady,
  type FileState,
  type Lease,
  type Origin,
  type Ready,
  type StateRecord,
  sentVersionOf,
  statePartition,
  stateUploader,
} from '../../records/state-record.ts';
import type { StandingLease } from './lease.ts';
import { WriteBehind } from './write-behind.ts';

export interface UploadStateOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partitions: number;
  readonly uploader: string;
}

export class UploadState {
  readonly #options: UploadStateOptions;
  readonly #partition: number;
  readonly #files = new Map<string, FileState>();
  readonly #behind: WriteBehind;
  /** Restored and not yet written. */
  readonly #restored = new Set<string>();
  #lease: StandingLease | undefined;
  #end = 0;
  #origin: Origin | undefined;
  #newOrigin: Origin | undefined;
  #ready: Ready | undefined;

  constructor(options: UploadStateOptions) {
    this.#options = options;
    this.#partition = statePartition(options.uploader, options.partitions);
    this.#behind = new WriteBehind(options.topic, this.#partition);
  }

  /** Reads this uploader's records, and since when the partition tells. */
  async load(): Promise<void> {
    const { topic, uploader } = this.#options;
    this.#end = await this.#read(0, (record) => {
      // What others wrote is not read: a fault in it is theirs.
      const whose = stateUploader(record);
      if (whose !== uploader && whose !== '') return;
      try {
        this.#take(decodeStateRecord(record), record.offset);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        throw new FormatError(
          `${topic}, partition ${this.#partition}, offset ${record.offset}: ${error.message}. Delete the topic to have the state made anew from what stands on the files topic`,
          { cause: error },
        );
      }
    });
  }

  /** This uploader's leases from an offset on, oldest first; `null`: given back. */
  async leasesFrom(offset: number): Promise<(StandingLease | null)[]> {
    const found: (StandingLease | null)[] = [];
    await this.#read(offset, (record) => {
      if (record.key === null || String(Buffer.from(record.key)) !== this.#options.uploader) return;
      const decoded = decodeStateRecord(record);
      if (decoded.kind !== 'lease') return;
      found.push(decoded.lease === null ? null : { ...decoded.lease, offset: record.offset });
    });
    return found;
  }

  /** Reads the partition from an offset to its present end, which it resolves with. */
  async #read(offset: number, each: (record: ConsumedRecord) => void): Promise<number> {
    const { kafka, topic } = this.#options;
    const [earliest, latest] = await Promise.all([
      kafka.offsets(topic, 'earliest'),
      kafka.offsets(topic, 'latest'),
    ]);
    const from = Math.max(offset, earliest.get(this.#partition) ?? 0);
    const until = latest.get(this.#partition) ?? 0;
    if (from >= until) return until;
    const consumer = kafka.consumer({
      topic,
      from: new Map([[this.#partition, from]]),
      until: new Map([[this.#partition, until]]),
      onGap: () => {},
    });
    for await (const batch of consumer) {
      for (const record of batch.records) each(record);
      batch.release();
    }
    return until;
  }

  #take(decoded: StateRecord, offset: number): void {
    if (decoded.kind === 'lease') {
      this.#lease = decoded.lease === null ? undefined : { ...decoded.lease, offset };
    } else if (decoded.kind === 'origin') {
      this.#origin = decoded.origin ?? undefined;
    } else if (decoded.kind === 'ready') {
      this.#ready = decoded.ready ?? undefined;
    } else if (decoded.state === null) {
      this.#files.delete(decoded.path);
    } else {
      this.#files.set(decoded.path, decoded.state);
    }
  }

  /** Where records wait to be acknowledged. */
  get behind(): WriteBehind {
    return this.#behind;
  }

  get lease(): StandingLease | undefined {
    return this.#lease;
  }

  /** The Kafka offset up to which the state was read. */
  get end(): number {
    return this.#end;
  }

  /** Since when the partition tells; undefined when it does not say. */
  get origin(): Origin | undefined {
    return this.#origin;
  }

  /** True when every file of this uploader that stands on the files topic of this id is told here. */
  isReady(topicId: string): boolean {
    return this.#ready?.topic === topicId;
  }

  get files(): ReadonlyMap<string, FileState> {
    return this.#files;
  }

  get(path: string): FileState | undefined {
    return this.#files.get(path);
  }

  /** Remembers; written behind, in order. {@link WriteBehind} tells of failures. */
  set(path: string, state: FileState): void {
    this.#files.set(path, state);
    this.#behind.write(encodeFileState(this.#options.uploader, path, state));
  }

  /** Takes over what was found on the files topic itself; {@link makeReady} writes it. */
  restore(path: string, state: FileState): void {
    this.#files.set(path, state);
    this.#restored.add(path);
  }

  /** Says, for the others too, since when the partition tells; {@link makeReady} writes it. */
  beginAt(origin: Origin): void {
    this.#newOrigin = origin;
  }

  /** What `gone` holds for has not been sent; the ids stay known, so that every next version has a greater one. */
  forget(gone: (state: FileState) => boolean): void {
    for (const [path, state] of this.#files) {
      if (!gone(state)) continue;
      const before = sentVersionOf(state);
      this.#files.set(path, { ...state, state: 'aborted', ...(before === undefined ? {} : { before }) });
    }
  }

  /** Writes what was restored, and only then that nothing is missing: a run that is killed in between begins again. */
  async makeReady(topicId: string): Promise<void> {
    if (this.isReady(topicId)) return;
    for (const path of this.#restored) this.set(path, this.#files.get(path)!);
    this.#restored.clear();
    if (this.#newOrigin !== undefined) this.#behind.write(encodeOrigin(this.#newOrigin));
    await this.#behind.flush();
    await this.#behind.write(encodeReady(this.#options.uploader, { topic: topicId }));
  }

  async writeLease(lease: Lease | null): Promise<number> {
    const record = encodeLease(this.#options.uploader, lease);
    return (await this.#behind.append(record)).offset;
  }
}
