/**
 * The bytes of one sender, on their way to an encoder. Until they are let go their beginning is kept, so that an encoder that was set up for
 * something else can be begun anew with them. Says how they ended: in good order, or by a loss.
 */
import { SluiceError } from '../../../errors.ts';

export interface SentBytesOptions {
  readonly bytes: AsyncIterable<Buffer>;
  /** Milliseconds without a byte, while somebody wants some, after which the sender is lost. */
  readonly silence: number;
  /** Ends them: its reason is why. */
  readonly signal: AbortSignal;
}

/** Bytes that are kept at the most; past that they can only be read once. */
const mostKept = 8 * 1024 * 1024;

type Step = IteratorResult<Buffer> | 'silent' | 'ended';

export class SentBytes {
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #options: SentBytesOptions;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #count = 0;
  #reader = 0;
  #next: Promise<IteratorResult<Buffer>> | undefined;
  #wantedSince: number | undefined;
  #loss: Error | undefined;
  #isOver = false;

  constructor(options: SentBytesOptions) {
    this.#options = options;
    this.#iterator = options.bytes[Symbol.asyncIterator]();
  }

  /** They have come to an end, of whatever kind. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Why they ended before the sender had; undefined: they have not, or it had. */
  get loss(): Error | undefined {
    return this.#loss;
  }

  /** How many have come. */
  get count(): number {
    return this.#count;
  }

  /** They can still be read from their beginning on. */
  get isWhole(): boolean {
    return this.#kept !== undefined;
  }

  /** Milliseconds for which the sender has given nothing although somebody waits for it. */
  silentFor(now: number): number {
    return this.#wantedSince === undefined ? 0 : now - this.#wantedSince;
  }

  /** From now on the beginning is not needed any more. */
  forget(): void {
    this.#kept = undefined;
  }

  /** Whoever read is done for good. */
  close(): void {
    this.#reader += 1;
    this.#isOver = true;
    this.forget();
    const given = this.#iterator.return?.();
    if (given !== undefined) Promise.resolve(given).catch(() => {});
  }

  /** The bytes from their beginning, while that is kept; whoever read before gets nothing more. Ends, and never throws: see {@link loss}. */
  async *read(): AsyncGenerator<Buffer> {
    this.#reader += 1;
    const reader = this.#reader;
    for (const slice of [...(this.#kept ?? [])]) yield slice;
    while (!this.#isOver) {
      const step = await this.#step();
      if (reader !== this.#reader) return;
      this.#next = undefined;
      if (step === 'silent' || step === 'ended' || step.done === true) {
        this.#isOver = true;
        if (step === 'silent') this.#lose(silent(this.#options.silence));
        if (step === 'ended') this.#lose(this.#options.signal.reason);
        return;
      }
      this.#keep(step.value);
      yield step.value;
    }
  }

  #keep(slice: Buffer): void {
    this.#count += slice.length;
    if (this.#kept === undefined) return;
    this.#keptBytes += slice.length;
    if (this.#keptBytes > mostKept) this.forget();
    else this.#kept.push(slice);
  }

  #lose(reason: unknown): void {
    this.#loss ??= reason instanceof Error ? reason : new SluiceError(String(reason));
  }

  /** The next of them, which stays the next for another reader until this one has taken it. */
  async #step(): Promise<Step> {
    const { signal, silence } = this.#options;
    if (signal.aborted) return 'ended';
    this.#next ??= this.#iterator.next();
    this.#wantedSince = performance.now();
    const waiting = Promise.withResolvers<Step>();
    const timer = setTimeout(() => waiting.resolve('silent'), silence);
    const onAbort = (): void => waiting.resolve('ended');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([this.#next, waiting.promise]);
    } catch (error) {
      this.#lose(error);
      return { done: true, value: undefined };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#wantedSince = undefined;
    }
  }
}

function silent(limit: number): SluiceError {
  return new SluiceError(`nothing has come from the sender for ${limit / 1000} s`);
}
