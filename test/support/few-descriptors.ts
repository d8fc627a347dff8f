/** A system that has few descriptors, as a disk's calls meet it. */
import { DiskCalls } from '../../src/stores/disk/calls.ts';

/** Calls that have so many descriptors. */
export class FewDescriptors extends DiskCalls {
  readonly #limit: number;
  #open = 0;
  most = 0;

  get left(): number {
    return this.#open;
  }

  constructor(limit: number, isLocal = false) {
    super(isLocal);
    this.#limit = limit;
  }

  override async open(...args: Parameters<DiskCalls['open']>): Promise<number> {
    if (this.#open >= this.#limit)
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    this.most = Math.max(this.most, ++this.#open);
    return super.open(...args).catch((error: unknown) => {
      this.#open--;
      throw error;
    });
  }

  override async close(file: number): Promise<void> {
    await super.close(file);
    this.#open--;
  }
}
