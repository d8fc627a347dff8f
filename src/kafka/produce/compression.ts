/** Compresses batches: which of them, how many at once, and what they may hold of the producer's memory. */
import { availableParallelism } from 'node:os';
import type { Logger } from '../../log.ts';
import type { NewRecord } from '../contract.ts';
import { encodeRecords } from '../wire/batch-encode.ts';
import { type Compressor, createCompressor } from '../wire/compress.ts';
import type { Batch, HeldRecords } from './batch.ts';
import type { CompressionPlan } from './compression-plan.ts';
import { looksCompressible, looksEmpty } from './look.ts';
import type { PendingBytes } from './pending-bytes.ts';

/** Of one producer. Node has four threads for this and for reading files: one at least is left for those. */
const mostAtOnce = Math.min(3, availableParallelism());
/** What is so small gains nothing by being smaller. */
const leastBytes = 256;

export class BatchCompression {
  readonly #plan: CompressionPlan;
  readonly #pending: PendingBytes;
  readonly #logger: Logger;
  readonly #compressor: Compressor;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #closed = false;

  constructor(plan: CompressionPlan, pending: PendingBytes, logger: Logger) {
    this.#plan = plan;
    this.#pending = pending;
    this.#logger = logger;
    this.#compressor = createCompressor(plan.codec, plan.level);
  }

  /**
   * False: the batch is sent as it is. Costs next to nothing. Where we choose ourselves, no batch waits for another to be
   * compressed: a network that takes bytes faster than they are compressed gets them as they are. What is empty does: it is compressed faster
   * than any network takes it, and is nothing then.
   */
  suits({ records }: Batch): boolean {
    let bytes = 0;
    for (const { size } of records) bytes += size;
    if (bytes < leastBytes) return false;
    if (!this.#plan.looks) return true;
    const values = records.map(({ record }) => record.value);
    return this.#running < mostAtOnce ? looksCompressible(values) : looksEmpty(values);
  }

  /** Undefined: it is sent as it is, for it would not become smaller. Never rejects. */
  async compress({ records }: Batch): Promise<HeldRecords | undefined> {
    if (this.#running < mostAtOnce) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return this.#closed ? undefined : await this.#compress(records.map(({ record }) => record));
    } catch (error) {
      if (!this.#closed) this.#logger.warn({ err: error }, 'a batch could not be compressed: sent as it is');
      return undefined;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  close(): void {
    this.#closed = true;
    this.#compressor.close();
  }

  async #compress(records: readonly NewRecord[]): Promise<HeldRecords | undefined> {
    const encoded = encodeRecords(records);
    let held = encoded.size;
    this.#pending.add(held);
    const shrink = (bytes: number) => {
      this.#pending.remove(held - bytes);
      held = bytes;
    };
    try {
      const compressed = await this.#compressor.compress(encoded);
      shrink(compressed?.bytes.byteLength ?? 0);
      return compressed && { ...compressed, release: () => shrink(0) };
    } catch (error) {
      shrink(0);
      throw error;
    }
  }
}
