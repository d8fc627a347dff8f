/** An uploader and a downloader in one process, on a cluster, a source and a sink that are all in memory. */
import { downloadTo } from '../../src/files/download.ts';
import type { DownloadEvent, UploadEvent } from '../../src/files/shared/events.ts';
import type {
  DownloadOptions,
  DownloadSummary,
  UploadOptions,
  UploadSummary,
} from '../../src/files/shared/options.ts';
import { uploadFrom } from '../../src/files/upload.ts';
import type { ConsumedRecord, Kafka, NewRecord } from '../../src/kafka/contract.ts';
import { createMemoryCluster, type MemoryCluster } from '../../src/kafka/memory.ts';
import { decodeFileRecord, type FileRecord } from '../../src/records/file-record.ts';
import type { Sink, Source } from '../../src/stores/contract.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { md5 } from './bytes.ts';

export { md5, noise, sha256 } from './bytes.ts';
export { batchBytes } from './records.ts';

/** `max.message.bytes` of the flows: chunks of some 700 bytes make long files of short ones. */
export const smallLimit = 1024;

export interface FlowOptions {
  readonly partitions?: number;
  readonly maxMessageBytes?: number;
  /** What records are stamped with, milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A record of the files topic that outlives its batch. */
export interface KeptRecord extends ConsumedRecord {
  readonly partition: number;
  readonly decoded: FileRecord | undefined;
}

export class Flow {
  readonly topic = 'files';
  readonly uploader = 'shop';
  readonly cluster: MemoryCluster;
  readonly source: MemorySource = new MemorySource();
  readonly disk: MemoryDisk = new MemoryDisk();
  readonly uploadEvents: UploadEvent[] = [];
  readonly downloadEvents: DownloadEvent[] = [];
  readonly #options: Required<Omit<FlowOptions, 'now'>>;

  constructor(options: FlowOptions = {}) {
    this.#options = { partitions: 3, maxMessageBytes: smallLimit, ...options };
    this.cluster = createMemoryCluster(options.now === undefined ? {} : { now: options.now });
  }

  /** Makes the files topic with the small limit, unless it stands. */
  async prepare(kafka: Kafka): Promise<void> {
    const { partitions, maxMessageBytes } = this.#options;
    const config = { 'max.message.bytes': String(maxMessageBytes) };
    await kafka.createTopic({ name: this.topic, partitions, replicationFactor: 1, config });
  }

  /** One run of the uploader, `once` and without waiting, unless the options say otherwise. */
  async up(
    options: Partial<UploadOptions> = {},
    on: { source?: Source; kafka?: Kafka } = {},
  ): Promise<UploadSummary> {
    const kafka = on.kafka ?? this.cluster.client();
    await this.prepare(kafka);
    try {
      return await uploadFrom(kafka, on.source ?? this.source, {
        kafka: {},
        topic: this.topic,
        from: this.source.place,
        name: this.uploader,
        once: true,
        minAge: 0,
        linger: 0,
        packBelow: 0,
        // Many of their files have the same bytes, all of which are to go.
        notTwice: 'never',
        onEvent: (event) => this.uploadEvents.push(event),
        ...options,
      });
    } finally {
      await kafka.close();
    }
  }

  /** One run of the downloader, `once` unless the options say otherwise. */
  async down(
    options: Partial<DownloadOptions> = {},
    on: { sink?: Sink; kafka?: Kafka } = {},
  ): Promise<DownloadSummary> {
    const kafka = on.kafka ?? this.cluster.client();
    const sink = on.sink ?? new MemorySink(this.disk);
    try {
      return await downloadTo(kafka, sink, {
        kafka: {},
        topic: this.topic,
        to: sink.place,
        name: 'office',
        once: true,
        onEvent: (event) => this.downloadEvents.push(event),
        ...options,
      });
    } finally {
      await sink.close();
      await kafka.close();
    }
  }

  /** Puts records on the files topic as they are, in this order. */
  async append(
    records: readonly { readonly partition: number; readonly record: NewRecord }[],
  ): Promise<void> {
    const kafka = this.cluster.client();
    await this.prepare(kafka);
    const producer = kafka.producer();
    for (const { partition, record } of records) await producer.append(this.topic, partition, record);
    await kafka.close();
  }

  /** What a topic holds, partition after partition. */
  async records(topic: string = this.topic): Promise<KeptRecord[]> {
    const kafka = this.cluster.client();
    const from = await kafka.offsets(topic, 'earliest');
    const until = await kafka.offsets(topic, 'latest');
    const kept: KeptRecord[] = [];
    for await (const batch of kafka.consumer({ topic, from, until, onGap: () => {} })) {
      for (const record of batch.records) {
        const own = keep(record);
        kept.push({ ...own, partition: batch.partition, decoded: decodedOrNot(own) });
      }
      batch.release();
    }
    await kafka.close();
    return kept.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** Events of a type, of both ends, in their order. */
  told<T extends (UploadEvent | DownloadEvent)['type']>(
    type: T,
  ): Extract<UploadEvent | DownloadEvent, { type: T }>[] {
    const all: (UploadEvent | DownloadEvent)[] = [...this.uploadEvents, ...this.downloadEvents];
    return all.filter((event) => event.type === type) as Extract<UploadEvent | DownloadEvent, { type: T }>[];
  }

  /** Path -> digest of what stands at the sink below the uploader's folder. */
  received(digest = md5): Record<string, string> {
    const found = [...this.disk.files].map(([target, { bytes }]): [string, string] => [
      target.slice(this.uploader.length + 1),
      digest(bytes),
    ]);
    return Object.fromEntries(found.sort());
  }

  /** Path -> digest of what stands at the source. */
  sent(digest = md5): Record<string, string> {
    const paths = this.source.paths().toSorted();
    return Object.fromEntries(paths.map((path) => [path, digest(this.source.bytes(path))]));
  }

  /** Target -> inode: a rewritten file has another. */
  inodes(): Record<string, number> {
    return Object.fromEntries([...this.disk.files].map(([target, { inode }]) => [target, inode]));
  }
}

function keep(record: ConsumedRecord): ConsumedRecord {
  const copy = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
  const headers = record.headers.map(([name, value]) => [name, Buffer.from(value)] as const);
  return { ...record, key: copy(record.key), value: copy(record.value), headers };
}

function decodedOrNot(record: ConsumedRecord): FileRecord | undefined {
  try {
    return decodeFileRecord(record);
  } catch {
    return undefined;
  }
}
