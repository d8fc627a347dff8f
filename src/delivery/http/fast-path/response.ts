/** An answer of HTTP/1.1, written onto the connection as it is: one write for an answer that was made before. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Outgoing, Reply } from '../replies.ts';

/** Answers up to this size are joined to one buffer with their headers, for all viewers of the same second. */
const joinUpTo = 256 * 1024;

/** Whole answers of this second, as bytes. With the next one all go, or each part of a window would be kept twice. */
let joined = new WeakMap<Reply, Buffer>();

let date = '';
let dateIsOf = 0;

/** The time of day as HTTP writes it, made once a second. */
function dateNow(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateIsOf) {
    dateIsOf = second;
    joined = new WeakMap();
    date = new Date(second * 1000).toUTCString();
  }
  return date;
}

function headOf(status: number, headers: readonly string[], more = ''): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  return `${text}date: ${dateNow()}\r\n${more}\r\n`;
}

/** RFC 9112, 9.6. */
const closing = ['connection', 'close'];

export class FastResponse implements Outgoing {
  readonly #socket: Socket;
  readonly #isHead: boolean;
  readonly #onEnd: () => void;
  readonly #isLast: () => boolean;
  #chunked = false;
  #headersSent = false;
  #ended = false;
  #listeners: (() => void)[] | undefined;

  /** `onEnd` is called once all was written, and the connection is free for the next request, unless `isLast` says that there shall be none. */
  constructor(socket: Socket, isHead: boolean, onEnd: () => void, isLast: () => boolean = () => false) {
    this.#isLast = isLast;
    this.#socket = socket;
    this.#isHead = isHead;
    this.#onEnd = onEnd;
  }

  get destroyed(): boolean {
    return this.#ended || this.#socket.destroyed;
  }

  get headersSent(): boolean {
    return this.#headersSent;
  }

  get writableLength(): number {
    return this.#socket.writableLength;
  }

  /** All of an answer at once. */
  reply(reply: Reply, head: boolean): void {
    const { status, headers, body, ofConnection = [] } = reply;
    // What is said of the connection already stands for itself.
    const last = this.#isLast() && ofConnection.length === 0 ? closing : [];
    if (head || body.length === 0 || ofConnection.length > 0 || last.length > 0) {
      this.#socket.write(headOf(status, [...headers, ...ofConnection, ...last]), 'latin1');
      if (!head) for (const bytes of body) this.#socket.write(bytes);
    } else this.#writeWhole(reply);
    this.#headersSent = true;
    this.#end();
  }

  writeHead(status: number, headers: string[]): void {
    this.#chunked = !this.#isHead && !headers.includes('content-length') && status !== 204 && status !== 304;
    const more = this.#chunked ? 'transfer-encoding: chunked\r\n' : '';
    this.#socket.write(headOf(status, headers, more), 'latin1');
    this.#headersSent = true;
  }

  write(bytes: Uint8Array): boolean {
    if (this.destroyed || bytes.length === 0) return true;
    if (!this.#chunked) return this.#socket.write(bytes);
    // RFC 9112, 7.1.
    this.#socket.cork();
    this.#socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    this.#socket.write(bytes);
    const more = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return more;
  }

  end(bytes?: Uint8Array): void {
    if (this.destroyed) return;
    if (bytes !== undefined) this.write(bytes);
    if (this.#chunked) this.#socket.write('0\r\n\r\n', 'latin1');
    this.#end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  on(event: 'close' | 'drain', listener: () => void): void {
    if (event === 'drain') {
      this.#socket.on('drain', listener);
      this.on('close', () => this.#socket.off('drain', listener));
      return;
    }
    this.#listeners ??= [];
    this.#listeners.push(listener);
  }

  /** Tells those who listen that it is over: all was said, or the viewer has gone. */
  closed(): void {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  #writeWhole(reply: Reply): void {
    const { status, headers, body } = reply;
    // Asks for the time, and so forgets what was of a second before.
    dateNow();
    const known = joined.get(reply);
    if (known !== undefined) {
      this.#socket.write(known);
      return;
    }
    const head = Buffer.from(headOf(status, headers), 'latin1');
    let size = head.length;
    for (const { length } of body) size += length;
    if (size <= joinUpTo) {
      const bytes = Buffer.concat([head, ...body], size);
      joined.set(reply, bytes);
      this.#socket.write(bytes);
      return;
    }
    this.#socket.cork();
    this.#socket.write(head);
    for (const bytes of body) this.#socket.write(bytes);
    this.#socket.uncork();
  }

  #end(): void {
    this.#ended = true;
    this.closed();
    this.#onEnd();
  }
}
