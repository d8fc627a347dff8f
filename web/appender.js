// @ts-check
/**
 * Puts what comes into a media element, piece by piece in its order: a buffer takes one thing at a time, and each appending has its price,
 * so that what waits goes in together.
 */

/** Bytes that may wait to be appended: more than any browser buffers. */
const mostWaiting = 64 * 1024 * 1024;

export class Appender {
  #source = new MediaSource();
  #url = URL.createObjectURL(this.#source);
  /** @type {SourceBuffer | undefined} */
  #buffer;
  /** What waits to be appended: bytes, or what has to be done to the buffer before the next ones. */
  #queue = /** @type {(ArrayBuffer | (() => void))[]} */ ([]);
  /** Bytes of it. */
  #waiting = 0;
  #closed = false;
  #parts;

  /** @param {{ video: HTMLVideoElement, onOpen: () => void, onAppended: () => void, onFault: (reason: string) => void }} parts */
  constructor(parts) {
    this.#parts = parts;
    parts.video.src = this.#url;
    // Before that nothing can be appended: whatever came would only wait.
    this.#source.addEventListener('sourceopen', () => parts.onOpen(), { once: true });
  }

  /** @param {ArrayBuffer} bytes */
  append(bytes) {
    this.#queue.push(bytes);
    this.#waiting += bytes.byteLength;
    this.#feed();
    if (this.#waiting > mostWaiting) this.#parts.onFault('what came could not be appended');
  }

  /** What follows is of this type: the first one, or another with the same kinds of tracks. @param {string} mimeType */
  changeType(mimeType) {
    this.#queue.push(() => {
      if (this.#buffer !== undefined) return this.#buffer.changeType(mimeType);
      this.#buffer = this.#source.addSourceBuffer(mimeType);
      this.#buffer.addEventListener('updateend', () => {
        this.#parts.onAppended();
        this.#feed();
      });
    });
  }

  /** What follows, whose own times begin at `begins`, goes right behind what is there. @param {number} begins @param {(offset: number) => void} tell */
  followOn(begins, tell) {
    this.#queue.push(() => {
      const offset = this.end - begins;
      tell(offset);
      if (this.#buffer) this.#buffer.timestampOffset = offset;
    });
  }

  /** Nothing follows. */
  finish() {
    this.#queue.push(() => this.#source.endOfStream());
    this.#feed();
  }

  get buffered() {
    return this.#buffer?.buffered;
  }

  /** Seconds at which what was appended ends; 0 while there is nothing. */
  get end() {
    const { buffered } = this;
    return buffered === undefined || buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
  }

  /** Forgets what was before `until`, if there is something before `from` and nothing else to do. @param {number} from @param {number} until */
  forget(from, until) {
    const buffer = this.#buffer;
    if (buffer && !buffer.updating && buffer.buffered.length > 0 && this.#source.readyState === 'open') {
      if (buffer.buffered.start(0) < from) buffer.remove(0, until);
    }
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    URL.revokeObjectURL(this.#url);
  }

  #feed() {
    if (this.#source.readyState !== 'open' || this.#closed) return;
    try {
      while (this.#queue.length > 0 && this.#buffer?.updating !== true) {
        const next = this.#queue.shift();
        if (typeof next === 'function') next();
        else if (next !== undefined) {
          const bytes = this.#joined(next);
          this.#waiting -= bytes.byteLength;
          this.#buffer?.appendBuffer(bytes);
        }
      }
    } catch (error) {
      this.#parts.onFault(String(error));
    }
  }

  /** With what waits behind it. @param {ArrayBuffer} first */
  #joined(first) {
    let count = 0;
    while (this.#queue[count] instanceof ArrayBuffer) count += 1;
    if (count === 0) return first;
    const all = /** @type {ArrayBuffer[]} */ ([first, ...this.#queue.splice(0, count)]);
    const bytes = new Uint8Array(all.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const piece of all) {
      bytes.set(new Uint8Array(piece), at);
      at += piece.byteLength;
    }
    return bytes.buffer;
  }
}
