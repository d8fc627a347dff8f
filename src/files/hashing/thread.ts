/** One thread that hashes, seen from outside. Bytes in shared memory are not copied on their way there. */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import { startThread } from '../../thread.ts';
import type { FileHasher } from './file-hasher.ts';

/** What the thread is told. Each `update` and `digest` is answered, in their order. */
export type HashRequest =
  | { readonly begin: ChecksumAlgorithm; readonly hasher: number }
  | { readonly update: Uint8Array; readonly hasher: number }
  | { readonly digest: true; readonly hasher: number }
  | { readonly drop: true; readonly hasher: number };

/** Its answer: the digest where one was asked for. */
export type HashAnswer = string | undefined;

export interface HashThreadOwner {
  /** It has no hasher any more. */
  idle(): void;
  /** It has ended, or died. */
  ended(): void;
}

export class HashThread {
  readonly #owner: HashThreadOwner;
  readonly #worker: Worker;
  readonly #hashers = new Set<number>();
  #awaited: PromiseWithResolvers<HashAnswer>[] = [];
  #last = 0;
  #failure: Error | undefined;

  constructor(owner: HashThreadOwner) {
    this.#owner = owner;
    this.#worker = startThread('files/hashing/main', { env: environment() });
    this.#worker.unref();
    this.#worker.on('message', (answer: HashAnswer) => {
      this.#awaited.shift()?.resolve(answer);
      // Nothing but a question keeps the process alive.
      if (this.#awaited.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => this.#ended(error));
    this.#worker.on('exit', () => this.#ended(new Error('the thread that hashes has ended')));
  }

  /** Hashers that are at work. */
  get hashers(): number {
    return this.#hashers.size;
  }

  hasher(algorithm: ChecksumAlgorithm): FileHasher {
    this.#last += 1;
    const hasher = this.#last;
    this.#hashers.add(hasher);
    this.#tell({ begin: algorithm, hasher });
    return {
      update: async (bytes) => {
        await this.#ask({ update: shared(bytes), hasher });
      },
      digest: async () => {
        const digest = await this.#ask({ digest: true, hasher });
        this.#done(hasher);
        return digest!;
      },
      drop: () => {
        if (!this.#hashers.has(hasher)) return;
        this.#tell({ drop: true, hasher });
        this.#done(hasher);
      },
    };
  }

  end(): void {
    void this.#worker.terminate();
  }

  #done(hasher: number): void {
    this.#hashers.delete(hasher);
    if (this.#hashers.size === 0) this.#owner.idle();
  }

  #ask(request: HashRequest): Promise<HashAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const awaited = Promise.withResolvers<HashAnswer>();
    this.#awaited.push(awaited);
    this.#worker.ref();
    this.#tell(request);
    return awaited.promise;
  }

  #tell(request: HashRequest): void {
    this.#worker.postMessage(request);
  }

  #ended(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of this.#awaited.splice(0)) reject(error);
    this.#owner.ended();
  }
}

/** With the compiled code that this thread has kept, where it keeps any: a thread without compiles all anew, in 20 MB of memory. */
function environment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}

/** The bytes as another thread can have them: in shared memory as they are, else copied, and nothing beside them. */
function shared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? bytes : Uint8Array.prototype.slice.call(bytes);
}
