/** Runs the LZ4 or the Snappy encoder in a thread of its own, which is started when it is first needed. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../thread.ts';
import type { EncodedBatch } from './batch-encode.ts';
import { join } from './scratch.ts';

/** What the thread is asked, with the bytes in memory that it takes over. */
export interface EncodeRequest {
  readonly id: number;
  readonly codec: 'lz4' | 'snappy';
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Its answer; undefined when the bytes would not become smaller. */
export interface EncodeAnswer {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

type Waiting = PromiseWithResolvers<Uint8Array | undefined>;

export class BlockEncoder {
  readonly #codec: EncodeRequest['codec'];
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(codec: EncodeRequest['codec']) {
    this.#codec = codec;
  }

  /** Undefined when the records would not become smaller. Rejects when the thread dies. */
  encode({ pieces, size }: EncodedBatch): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(size);
    join(pieces, bytes);
    this.#worker ??= this.#start();
    this.#lastId += 1;
    const waiting: Waiting = Promise.withResolvers();
    this.#waiting.set(this.#lastId, waiting);
    // Nothing else may keep the process alive while bytes are compressed.
    this.#worker.ref();
    const request: EncodeRequest = { id: this.#lastId, codec: this.#codec, bytes };
    this.#worker.postMessage(request, [bytes.buffer]);
    return waiting.promise;
  }

  close(): void {
    void this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = startThread('kafka/wire/block-encoder-thread');
    worker.on('message', ({ id, bytes }: EncodeAnswer) => {
      this.#waiting.get(id)?.resolve(bytes);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', () => this.#died(worker, new Error('the thread that compresses has ended')));
    return worker;
  }

  #died(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
