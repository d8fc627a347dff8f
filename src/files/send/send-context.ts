/** What the senders of one uploader share: the topic with its limit, the producer, memory, memory of what was sent. */
import type { Appended, NewRecord, Producer, RecordOrder } from '../../kafka/contract.ts';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { UploadIds } from '../../records/upload-id.ts';
import type { Source } from '../../stores/contract.ts';
import type { Encryption } from '../shared/encryption.ts';
import type { Progress } from '../shared/progress.ts';
import type { UploadState } from '../state/upload-state.ts';
import type { Buffers } from './buffers.ts';
import type { KeptFiles } from './kept-files.ts';
import type { PartitionChoice } from './partitions.ts';

export interface SendContextOptions {
  readonly source: Source;
  readonly producer: Producer;
  readonly topic: string;
  readonly topicId: string;
  readonly uploader: string;
  readonly checksum: ChecksumAlgorithm;
  readonly chunkSize: number | undefined;
  readonly linger: number;
  readonly buffers: Buffers;
  readonly partitions: PartitionChoice;
  /** Files of more bytes go to all partitions; 0, or absent: none does. */
  readonly stripeAbove?: number;
  readonly state: UploadState;
  readonly ids: UploadIds;
  readonly progress: Progress;
  /** Undefined: what is sent stands there in clear. */
  readonly encryption: Encryption | undefined;
  /** Large files are cut into pieces while they are sent, for later versions to be compared with. */
  readonly isCut?: boolean;
  /** What the topic keeps; undefined: nobody minds. */
  readonly kept?: KeptFiles;
  /** Ends sending in good order. */
  readonly signal: AbortSignal;
}

export class SendContext {
  readonly options: SendContextOptions;
  /** Its records, and its wishes for memory, go before those of others. */
  readonly isUrgent: boolean;
  readonly #shared: { limit: number };

  constructor(options: SendContextOptions, limit: number | { limit: number }, isUrgent = false) {
    this.options = options;
    this.isUrgent = isUrgent;
    this.#shared = typeof limit === 'number' ? { limit } : limit;
  }

  /** The same, for files that are not to wait. */
  urgent(): SendContext {
    return new SendContext(this.options, this.#shared, true);
  }

  /** Bytes of the largest batch that is sent, by `max.message.bytes` of the topic as last seen. */
  get limit(): number {
    return this.#shared.limit;
  }

  set limit(bytes: number) {
    this.#shared.limit = bytes;
  }

  /** A buffer for so many bytes of files (default: as many as one holds), once there is one, and room for what will be remembered of them. */
  async takeBuffer(bytes?: number): Promise<Uint8Array> {
    const { buffers, state } = this.options;
    await state.behind.drained();
    return buffers.take(bytes, this.isUrgent);
  }

  /**
   * Appends a record of `bytes` payload, counted where load and progress are counted; order `free`: beside others, in any order. Rejects with ConfigurationError when
   * another uploader has taken over while this process was stopped.
   */
  async append(
    partition: number,
    record: NewRecord,
    bytes: number,
    order: RecordOrder = 'kept',
  ): Promise<Appended> {
    const { producer, topic, partitions, state, progress } = this.options;
    const confirmed = state.behind.confirmed();
    if (confirmed !== undefined) await confirmed;
    partitions.add(partition, bytes);
    try {
      const turn = this.isUrgent && order === 'free' ? 'urgent' : order;
      const place = await producer.append(topic, partition, record, turn);
      progress.records++;
      progress.wireBytes += bytes;
      return place;
    } finally {
      partitions.add(partition, -bytes);
    }
  }
}
