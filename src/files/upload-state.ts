/**
 * What one uploader remembers, kept in `T.state`: read once at the start, written behind every acknowledgement. Never
 * one growing record: a file is a key.
 */
import { FormatError } from '../errors.ts';
import type { Appended, Kafka, Producer } from '../kafka/contract.ts';
import {
  decodeStateRecord,
  encodeFileState,
  encodeLease,
  type FileState,
  type Lease,
  statePartition,
  stateUploader,
} from '../records/state-record.ts';

/** A lease as it stands on the topic. */
export interface StandingLease extends Lease {
  /** Milliseconds since the epoch, the record's own time. */
  readonly renewed: number;
}

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
  readonly #writes = new Set<Promise<unknown>>();
  #lease: StandingLease | undefined;
  #producer: Producer | undefined;
  #failure: unknown;

  constructor(options: UploadStateOptions) {
    this.#options = options;
    this.#partition = statePartition(options.uploader, options.partitions);
  }

  /** Reads this uploader's records. Returns how many records of anybody the partition holds. */
  async load(): Promise<number> {
    const { kafka, topic, uploader } = this.#options;
    const [earliest, latest] = await Promise.all([
      kafka.offsets(topic, 'earliest'),
      kafka.offsets(topic, 'latest'),
    ]);
    const from = earliest.get(this.#partition) ?? 0;
    const until = latest.get(this.#partition) ?? 0;
    if (from >= until) return 0;
    const partition = this.#partition;
    const consumer = kafka.consumer({
      topic,
      from: new Map([[partition, from]]),
      until: new Map([[partition, until]]),
      onGap: () => {},
    });
    let records = 0;
    for await (const batch of consumer) {
      for (const record of batch.records) {
        records++;
        // What others wrote is not read: a fault in it is theirs.
        if (stateUploader(record) !== uploader) continue;
        try {
          const decoded = decodeStateRecord(record);
          if (decoded.kind === 'lease')
            this.#lease =
              decoded.lease === null ? undefined : { ...decoded.lease, renewed: record.timestamp };
          else if (decoded.state === null) this.#files.delete(decoded.path);
          else this.#files.set(decoded.path, decoded.state);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          throw new FormatError(
            `${topic}, partition ${partition}, offset ${record.offset}: ${error.message}. Delete the topic to have the state made anew from what stands on the files topic`,
            { cause: error },
          );
        }
      }
      batch.release();
    }
    return records;
  }

  /** The producer that writes; set once it is known that this run may write. */
  writeWith(producer: Producer): void {
    this.#producer = producer;
  }

  get lease(): StandingLease | undefined {
    return this.#lease;
  }

  get files(): ReadonlyMap<string, FileState> {
    return this.#files;
  }

  get(path: string): FileState | undefined {
    return this.#files.get(path);
  }

  /** Remembers; written behind, in order. {@link flush} tells of failures. */
  set(path: string, state: FileState): void {
    this.#files.set(path, state);
    this.#write(encodeFileState(this.#options.uploader, path, state));
  }

  /** Takes over what was found elsewhere, without writing. */
  restore(path: string, state: FileState): void {
    this.#files.set(path, state);
  }

  forget(path: string): void {
    if (this.#files.delete(path)) this.#write(encodeFileState(this.#options.uploader, path, null));
  }

  forgetAll(): void {
    this.#files.clear();
  }

  writeLease(lease: Lease | null): Promise<Appended> {
    return this.#write(encodeLease(this.#options.uploader, lease));
  }

  /** Resolves when everything is acknowledged; rejects with the first failure there ever was. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#writes);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(record: ReturnType<typeof encodeLease>): Promise<Appended> {
    if (this.#producer === undefined) throw new Error('the state is not open for writing');
    const write = this.#producer.append(this.#options.topic, this.#partition, record);
    const settled: Promise<unknown> = write.then(
      () => this.#writes.delete(settled),
      (error: unknown) => {
        this.#failure ??= error;
        this.#writes.delete(settled);
      },
    );
    this.#writes.add(settled);
    return write;
  }
}
