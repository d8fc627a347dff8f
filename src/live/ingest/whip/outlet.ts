/** Bytes for one reader, who takes them at his pace. What comes too fast is left out: a sender by UDP cannot be kept waiting. */

/** Bytes that may wait: some seconds of any picture. */
const most = 4 * 1024 * 1024;

export class Outlet implements AsyncIterable<Buffer> {
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isFull = false;
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  /** False: there is no room, nothing of it was taken. `canBegin`: what was left out before it is not needed. */
  push(bytes: readonly Buffer[], canBegin: boolean): boolean {
    if (this.#end !== undefined) return true;
    if (this.#isFull && !canBegin) return false;
    this.#isFull = this.#bytes > most;
    if (this.#isFull) return false;
    for (const each of bytes) {
      this.#waiting.push(each);
      this.#bytes += each.length;
    }
    this.#wake?.();
    return true;
  }

  /** In good order, or by what went wrong; what waits is still read. The first one counts. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      if (waiting.length > 0) yield waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
      else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }
}
