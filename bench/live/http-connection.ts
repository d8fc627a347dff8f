/** A keep-alive connection of HTTP/1.1 that costs as little as can be: what measures must not be what is measured. */
import { connect, type Socket } from 'node:net';

/** An answer; `body` is what came of it, in pieces. */
export interface Answer {
  readonly status: number;
  readonly gzipped: boolean;
  readonly body: readonly Buffer[];
  readonly length: number;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** Whether bodies are wanted; else they are only counted. */
  readonly keep: boolean;
}

type Listener = (answer: Answer) => void;

/** One request at a time. */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #keep: boolean;
  #listener: Listener | undefined;
  #onFailure: (reason: string) => void;
  #left = -1;
  #length = 0;
  #status = 0;
  #gzipped = false;
  #body: Buffer[] = [];
  #head = '';

  constructor({ host, port, keep }: ConnectionOptions, onFailure: (reason: string) => void) {
    this.#keep = keep;
    this.#onFailure = onFailure;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', (error) => this.#onFailure(error.message));
    this.#socket.on('close', () => this.#onFailure('the server has closed the connection'));
  }

  /** Sends the bytes of a request; `listener` is told of its answer. */
  ask(request: Buffer, listener: Listener): void {
    this.#listener = listener;
    this.#socket.write(request);
  }

  close(): void {
    this.#onFailure = () => {};
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let rest = bytes;
    if (this.#left < 0) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) {
        this.#head += rest.toString('latin1');
        return;
      }
      const head = (this.#head + rest.toString('latin1', 0, end)).toLowerCase();
      this.#head = '';
      rest = rest.subarray(end + 4);
      this.#status = Number(head.slice(9, 12));
      this.#gzipped = head.includes('content-encoding: gzip');
      this.#length = this.#left = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
      this.#body = [];
    }
    this.#left -= rest.length;
    if (this.#keep) this.#body.push(rest);
    if (this.#left > 0) return;
    this.#left = -1;
    const answer = { status: this.#status, gzipped: this.#gzipped, body: this.#body, length: this.#length };
    this.#listener?.(answer);
  }
}

/** The bytes of a GET with the headers that a browser sends. */
export function getRequest(host: string, path: string): Buffer {
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n` +
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n' +
      `Accept: */*\r\nReferer: http://${host}/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n` +
      'Accept-Language: en-US,en;q=0.9\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n\r\n',
  );
}
