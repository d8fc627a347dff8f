/**
 * Cuts a broker's byte stream into responses (Kafka protocol guide, "Response Header"): a length of 4 bytes, the
 * correlation id of 4 bytes, the body. Memory for a body is only asked for once its correlation id is known to be awaited.
 */

/** Where responses go. */
export interface ResponseSink {
  /** Memory for the body of an awaited response; throws when nobody awaits it or the size is not acceptable. */
  memoryFor(correlationId: number, bytes: number): Buffer;
  /** The body has begun, and takes its time: its first 512 bytes are in that memory. Not told of one that comes at once. */
  began?(correlationId: number): void;
  /** The body is complete. */
  complete(correlationId: number): void;
}

const prefixBytes = 8;
/** So much of a body is its beginning. */
const headBytes = 512;
/** Below so much a copy costs less than a read of its own. */
const directBytes = 64 * 1024;

/** Feeds on chunks of any size; what it throws means that the connection is beyond use. */
export class ResponseReader {
  readonly #sink: ResponseSink;
  readonly #prefix = Buffer.alloc(prefixBytes);
  #prefixHas = 0;
  #correlationId = 0;
  #body: Buffer | undefined;
  #bodyHas = 0;
  #isToldOf = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** Takes the first `length` bytes of `chunk`, which may be overwritten afterwards. */
  push(chunk: Uint8Array, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#body === undefined) {
        const taken = Math.min(prefixBytes - this.#prefixHas, length - at);
        this.#prefix.set(chunk.subarray(at, at + taken), this.#prefixHas);
        this.#prefixHas += taken;
        at += taken;
        if (this.#prefixHas < prefixBytes) return;
        this.#begin();
      }
      const body = this.#body!;
      const taken = Math.min(body.byteLength - this.#bodyHas, length - at);
      if (taken > 0) body.set(chunk.subarray(at, at + taken), this.#bodyHas);
      this.#bodyHas += taken;
      at += taken;
      if (this.#bodyHas === body.byteLength) this.#finish();
    }
    this.#tell();
  }

  /**
   * Where the next bytes of the stream belong, when they are many: they may be read right into it, and are then told by
   * {@link filled} instead of {@link push}.
   */
  get place(): Buffer | undefined {
    const body = this.#body;
    if (body === undefined || body.byteLength - this.#bodyHas < directBytes) return undefined;
    return body.subarray(this.#bodyHas);
  }

  /** The first `length` bytes of {@link place} have come. */
  filled(length: number): void {
    this.#bodyHas += length;
    if (this.#bodyHas === this.#body?.byteLength) this.#finish();
    else this.#tell();
  }

  #tell(): void {
    if (this.#body === undefined || this.#isToldOf || this.#bodyHas < headBytes) return;
    this.#isToldOf = true;
    this.#sink.began?.(this.#correlationId);
  }

  #begin(): void {
    this.#correlationId = this.#prefix.readInt32BE(4);
    this.#body = this.#sink.memoryFor(this.#correlationId, this.#prefix.readInt32BE(0) - 4);
    this.#bodyHas = 0;
    this.#isToldOf = false;
  }

  #finish(): void {
    this.#prefixHas = 0;
    this.#body = undefined;
    this.#sink.complete(this.#correlationId);
  }
}
