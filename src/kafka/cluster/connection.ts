/**
 * One connection to one broker: requests go out in the order of the calls, payloads as they are, in gathered writes;
 * responses are matched by correlation id. It never retries: when it breaks, all that wait are rejected, and its owner
 * opens another.
 */
import type { Socket } from 'node:net';
import type { ApiConnection } from '../api.ts';
import { type Callback, type Reader, type ResponseParser, readerOf, type Writer } from '../codecs.ts';
import { KafkaError } from '../contract.ts';
import type { Address } from '../settings.ts';
import type { Frame, FramePool } from '../wire/frame-pool.ts';
import { ResponseReader, type ResponseSink } from '../wire/framing.ts';
import { NetworkFailure } from './failures.ts';
import { addressText, openSocket, type SocketOptions, socketError } from './socket.ts';

export interface ConnectionOptions extends Omit<SocketOptions, 'onBytes'> {
  readonly clientId: string;
  /** Milliseconds without a byte from the broker, while an answer is due, after which the connection is given up. */
  readonly requestTimeout: number;
  /** Called when the broker asks to be spared for so many milliseconds. */
  readonly onThrottle?: (milliseconds: number) => void;
}

interface Pending {
  readonly pool: FramePool | undefined;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
  frame?: Frame;
}

/** A response longer than this is taken for a stream that is not Kafka's. */
const maxResponseBytes = 512 * 1024 * 1024;

/** A frame for a response that is small: memory of its own, collected as usual. */
function ownFrame(bytes: number): Frame {
  return { bytes: Buffer.allocUnsafe(bytes), release: () => {} };
}

/** Passes over the tagged fields at the end of a response header. */
function skipTags(reader: Reader): Reader {
  reader.readTaggedFields();
  return reader;
}

export class Connection implements ApiConnection, ResponseSink {
  readonly address: Address;
  readonly #options: ConnectionOptions;
  readonly #clientId: Buffer;
  readonly #pending = new Map<number, Pending>();
  readonly #closed = Promise.withResolvers<Error>();
  readonly #reader = new ResponseReader(this);
  #socket: Socket | undefined;
  #error: Error | undefined;
  #correlationId = 0;
  #lastProgress = 0;
  #stallTimer: NodeJS.Timeout | undefined;
  #answered = false;
  #gates = 0;
  #gated: (() => void)[] = [];

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.address = options.address;
    this.#clientId = Buffer.from(options.clientId);
  }

  /** Connects. Rejects with KafkaError `authentication` or NetworkFailure. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    const socket = await openSocket({
      ...options,
      onBytes: (bytes, length) => connection.#receive(bytes, length),
    });
    connection.#socket = socket;
    socket.on('error', (error) => connection.close(socketError(options.address, error)));
    socket.on('end', () => connection.close(connection.#endOfStream()));
    socket.on('close', () => connection.close(connection.#endOfStream()));
    if (socket.destroyed) connection.close(connection.#endOfStream());
    return connection;
  }

  get isOpen(): boolean {
    return this.#error === undefined;
  }

  /** Resolves, with the reason, when the connection is closed. Never rejects. */
  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  /** Requests that wait for their answers. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /** The library's entry: see {@link ApiConnection}. */
  send<Response>(
    apiKey: number,
    apiVersion: number,
    createPayload: () => Writer | Promise<Writer>,
    parser: ResponseParser<Response>,
    hasRequestTags: boolean,
    hasResponseTags: boolean,
    callback: Callback<Response>,
  ): void {
    this.#sendParsed(apiKey, apiVersion, createPayload, parser, hasRequestTags, hasResponseTags, (run) =>
      this.#whenOpen(run),
    ).then(
      (response) => callback(null, response),
      (error: unknown) => callback(error as Error),
    );
  }

  /** A way past closed gates, for the exchange that a gate is closed for. */
  get ungated(): ApiConnection {
    return {
      send: (apiKey, apiVersion, createPayload, parser, hasRequestTags, hasResponseTags, callback) => {
        const now = (run: () => void) => run();
        this.#sendParsed(
          apiKey,
          apiVersion,
          createPayload,
          parser,
          hasRequestTags,
          hasResponseTags,
          now,
        ).then(
          (response) => callback(null, response),
          (error: unknown) => callback(error as Error),
        );
      },
    };
  }

  /**
   * Sends a request whose header and response header carry tags ("flexible") and resolves with the response's bytes from
   * after the correlation id. The pieces must not change until then. With a pool the response lies in a frame of it.
   */
  request(
    apiKey: number,
    apiVersion: number,
    pieces: readonly Uint8Array[],
    pool?: FramePool,
  ): Promise<Frame> {
    return this.#transmit(apiKey, apiVersion, pieces, true, pool, (run) => this.#whenOpen(run));
  }

  /** Holds further requests back until the gate is opened by the function that is returned. */
  closeGate(): () => void {
    this.#gates += 1;
    let closed = true;
    return () => {
      if (!closed) return;
      closed = false;
      this.#gates -= 1;
      while (this.#gates === 0 && this.#gated.length > 0) this.#gated.shift()!();
    };
  }

  /** Honours a response's `throttle_time_ms`: the broker does not read this connection for so long. */
  throttle(milliseconds: number): void {
    if (!(milliseconds > 0) || !this.isOpen) return;
    this.#options.onThrottle?.(milliseconds);
    this.#lastProgress = Math.max(this.#lastProgress, performance.now() + milliseconds);
    setTimeout(this.closeGate(), milliseconds).unref();
  }

  /** Closes at once and rejects what waits. Idempotent; the first reason stays. */
  close(
    reason: Error = new KafkaError('closed', `${addressText(this.address)}: the connection has been closed`),
  ): void {
    if (this.#error !== undefined) return;
    this.#error = reason;
    clearTimeout(this.#stallTimer);
    this.#socket?.destroy();
    for (const pending of this.#pending.values()) {
      pending.frame?.release();
      pending.reject(reason);
    }
    this.#pending.clear();
    const gated = this.#gated;
    this.#gated = [];
    for (const run of gated) run();
    this.#closed.resolve(reason);
  }

  /** {@link ResponseSink}: memory for an awaited response. */
  memoryFor(correlationId: number, bytes: number): Buffer {
    const place = addressText(this.address);
    const pending = this.#pending.get(correlationId);
    if (pending === undefined || bytes < 0 || bytes > maxResponseBytes) {
      throw new NetworkFailure(`${place}: what came back is not a response of Kafka's protocol`);
    }
    pending.frame = pending.pool?.take(bytes) ?? ownFrame(bytes);
    return pending.frame.bytes;
  }

  /** {@link ResponseSink}: an awaited response is complete. */
  complete(correlationId: number): void {
    const pending = this.#pending.get(correlationId)!;
    this.#pending.delete(correlationId);
    pending.resolve(pending.frame!);
  }

  async #sendParsed<Response>(
    apiKey: number,
    apiVersion: number,
    createPayload: () => Writer | Promise<Writer>,
    parser: ResponseParser<Response>,
    hasRequestTags: boolean,
    hasResponseTags: boolean,
    schedule: (run: () => void) => void,
  ): Promise<Response> {
    const payload = createPayload();
    const writer = payload instanceof Promise ? await payload : payload;
    const frame = await this.#transmit(
      apiKey,
      apiVersion,
      writer.buffers,
      hasRequestTags,
      undefined,
      schedule,
    );
    const reader = readerOf(frame.bytes);
    const response = await parser(0, apiKey, apiVersion, hasResponseTags ? skipTags(reader) : reader);
    const throttle = Object(response).throttleTimeMs;
    if (typeof throttle === 'number') this.throttle(throttle);
    return response;
  }

  #transmit(
    apiKey: number,
    apiVersion: number,
    pieces: readonly Uint8Array[],
    hasTags: boolean,
    pool: FramePool | undefined,
    schedule: (run: () => void) => void,
  ): Promise<Frame> {
    return new Promise((resolve, reject) => {
      schedule(() => {
        if (this.#error !== undefined) reject(this.#error);
        else this.#write(apiKey, apiVersion, pieces, hasTags, { pool, resolve, reject });
      });
    });
  }

  #whenOpen(run: () => void): void {
    if (this.#gates > 0 && this.isOpen) this.#gated.push(run);
    else run();
  }

  #write(
    apiKey: number,
    apiVersion: number,
    pieces: readonly Uint8Array[],
    hasTags: boolean,
    pending: Pending,
  ): void {
    this.#correlationId = (this.#correlationId + 1) & 0x7fffffff;
    const head = Buffer.allocUnsafe(14 + this.#clientId.byteLength + (hasTags ? 1 : 0));
    let bytes = head.byteLength - 4;
    for (const piece of pieces) bytes += piece.byteLength;
    head.writeInt32BE(bytes, 0);
    head.writeInt16BE(apiKey, 4);
    head.writeInt16BE(apiVersion, 6);
    head.writeInt32BE(this.#correlationId, 8);
    head.writeInt16BE(this.#clientId.byteLength, 12);
    head.set(this.#clientId, 14);
    if (hasTags) head[head.byteLength - 1] = 0;
    this.#awaitAnswer(this.#correlationId, pending);
    const socket = this.#socket!;
    socket.cork();
    socket.write(head);
    for (const piece of pieces) if (piece.byteLength > 0) socket.write(piece);
    socket.uncork();
  }

  #awaitAnswer(correlationId: number, pending: Pending): void {
    if (this.#pending.size === 0) this.#lastProgress = Math.max(this.#lastProgress, performance.now());
    this.#pending.set(correlationId, pending);
    this.#stallTimer ??= this.#watch(this.#options.requestTimeout);
  }

  #watch(milliseconds: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#stallTimer = undefined;
      if (this.#pending.size === 0 || !this.isOpen) return;
      const quiet = performance.now() - this.#lastProgress;
      const rest = this.#options.requestTimeout - quiet;
      if (rest > 0) this.#stallTimer = this.#watch(rest + 1);
      else this.close(new StalledConnection(this.address, quiet));
    }, milliseconds);
    return timer.unref();
  }

  #receive(bytes: Uint8Array, length: number): void {
    this.#lastProgress = Math.max(this.#lastProgress, performance.now());
    if (!this.#answered) {
      this.#answered = true;
      if (isTlsRecord(bytes, length)) {
        const advice = 'this port speaks TLS. Set security.protocol to SSL or SASL_SSL';
        this.close(new KafkaError('authentication', `${addressText(this.address)}: ${advice}`));
        return;
      }
    }
    try {
      if (this.isOpen) this.#reader.push(bytes, length);
    } catch (error) {
      this.close(error as Error);
    }
  }

  #endOfStream(): NetworkFailure {
    const hint = this.#answered
      ? ''
      : ' before it answered; does this port speak the security.protocol that is set?';
    return new NetworkFailure(`${addressText(this.address)}: the broker closed the connection${hint}`);
  }
}

/** The connection stands, but nothing moved on it for too long. */
export class StalledConnection extends NetworkFailure {
  constructor(address: Address, quietMs: number) {
    super(`${addressText(address)}: no answer for ${Math.round(quietMs / 1000)} s`);
  }
}

function isTlsRecord(bytes: Uint8Array, length: number): boolean {
  return length >= 3 && (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 3 && bytes[2]! <= 4;
}
