/** Holds files against what their topic keeps, before they are sent and while they are. */
import { zstdCompressSync } from 'node:zlib';
import type { Compression, Kafka, TopicDescription } from '../../kafka/contract.ts';
import type { Stripe } from '../../records/stripes.ts';
import type { Source, SourceFile } from '../../stores/contract.ts';
import { fillBuffer } from './fill-buffer.ts';
import { outlookOf, type Retention, retentionOf } from './retention.ts';

export interface KeptFilesOptions {
  readonly kafka: Kafka;
  readonly source: Source;
  readonly topic: TopicDescription;
  readonly compression: Compression;
  /** Bytes a second now; undefined: no limit. */
  readonly bandwidth: () => number | undefined;
  /** Send also what is larger than the topic keeps. */
  readonly beyond: boolean;
  readonly warn: (message: string) => void;
}

/** Bytes of a segment, as Kafka has it unless it is told otherwise: a file that is smaller is removed whole, or not at all, but by time. */
const usualSegment = 1024 ** 3;
/** Places of a file that are looked at, and bytes of each. */
const looks = 16;
const lookBytes = 64 * 1024;
/** What is left of a place by compression that cannot be made smaller. */
const leastLeft = 0.97;

export class KeptFiles {
  readonly #options: KeptFilesOptions;
  #retention: Retention | undefined;
  /** Partition -> the oldest Kafka offset that it has, as last seen. */
  #starts: ReadonlyMap<number, number> = new Map();
  #isUnknownTold = false;

  constructor(options: KeptFilesOptions) {
    this.#options = options;
    this.#retention = readable(options.topic);
  }

  /** What is so now: configurations change, and retention goes on. */
  async look(topic: TopicDescription): Promise<void> {
    this.#retention = readable(topic);
    if (!this.#options.beyond) this.#starts = await this.#options.kafka.offsets(topic.name, 'earliest');
  }

  /** Why a file is not sent, which so many partitions are to share: it is certain that nobody who comes later could have it. What is only possible is warned of. */
  async refusal(file: SourceFile, partitions = 1): Promise<string | undefined> {
    const { topic, beyond, bandwidth, compression, warn } = this.#options;
    if (this.#retention === undefined) {
      if (!this.#isUnknownTold && file.size >= usualSegment) {
        this.#isUnknownTold = true;
        warn(
          `what topic ${topic.name} keeps may not be read (DescribeConfigs): a file that is larger than that is sent all the same, and cannot be had whole`,
        );
      }
      return undefined;
    }
    const sent = { size: file.size, partitions, bandwidth: bandwidth() };
    const cautious = outlookOf(this.#retention, { ...sent, isIncompressible: true });
    if (cautious.is === 'kept') return undefined;
    const isIncompressible = compression === 'none' || (await this.#looksIncompressible(file));
    const outlook = outlookOf(this.#retention, { ...sent, isIncompressible });
    if (outlook.is === 'kept') return undefined;
    const why = `${outlook.why} (topic ${topic.name})`;
    if (outlook.is === 'lost' && !beyond)
      return `${why}. Raise retention.bytes, or send it with --beyond-retention to receivers that read as it comes`;
    warn(`${file.path}: ${why}`);
    return undefined;
  }

  /** Why an upload is given up of which the topic has lost records already; `first`: the Kafka offset of the first one. */
  lostRecord(
    partition: number,
    first: number | undefined,
    stripes: readonly Stripe[] = [],
  ): string | undefined {
    for (const [where, begin] of stripes) {
      const lost = this.lostRecord(where, begin);
      if (lost !== undefined) return lost;
    }
    const start = this.#starts.get(partition);
    if (this.#options.beyond || first === undefined || start === undefined || start <= first)
      return undefined;
    const { bytes = -1, ms = -1 } = this.#retention ?? {};
    const keeps = this.#retention === undefined ? '' : ` (retention.bytes=${bytes}, retention.ms=${ms})`;
    return `its first record, at offset ${first} of partition ${partition}, was removed before all of it was there: topic ${this.#options.topic.name} begins at ${start} there${keeps}`;
  }

  /** The same, asked of Kafka now, where the file is one that may lose its beginning. */
  async lostRecordNow(
    file: SourceFile,
    partition: number,
    first: number | undefined,
    stripes?: readonly Stripe[],
  ): Promise<string | undefined> {
    const { bytes } = this.#retention ?? {};
    const { kafka, topic, beyond } = this.#options;
    if (!beyond && bytes !== undefined && file.size > bytes)
      this.#starts = await kafka.offsets(topic.name, 'earliest');
    return this.lostRecord(partition, first, stripes);
  }

  /** True when none of some places all over the file becomes smaller. Holes do. */
  async #looksIncompressible(file: SourceFile): Promise<boolean> {
    const handle = await this.#options.source.open(file.path);
    try {
      const buffer = Buffer.allocUnsafe(lookBytes);
      for (let at = 0; at < looks; at++) {
        const position = Math.floor((Math.max(0, file.size - lookBytes) * at) / (looks - 1));
        const bytes = buffer.subarray(0, await fillBuffer(handle, buffer, position));
        if (zstdCompressSync(bytes).length < bytes.length * leastLeft) return false;
      }
      return true;
    } finally {
      await handle.close();
    }
  }
}

/** Undefined where the ACLs refuse DescribeConfigs. */
function readable({ config, maxMessageBytes }: TopicDescription): Retention | undefined {
  return maxMessageBytes === undefined && Object.keys(config).length === 0 ? undefined : retentionOf(config);
}
