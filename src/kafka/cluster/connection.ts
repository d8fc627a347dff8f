/**
 * One connection to one broker: requests go out in the order of the calls, payloads as they are, in gathered writes;
 * responses are matched by correlation id. It never retries: when it breaks, all that wait are rejected, and its owner
 * opens another.
 */
import type { Socket } from 'node:net';
import type { ApiConnection } from '../api.ts';
import { KafkaError } from '../contract.ts';
import type { Paces } from '../pace/pace.ts';
import { PacedSocket } from '../pace/paced-socket.ts';
import type { Address } from '../settings.ts';
import { type Frame, ownFrame } from '../wire/frame-pool.ts';
import { ResponseReader, type ResponseSink } from '../wire/framing.ts';
import { codecPort, type RawRequest, type Transport } from './codec-port.ts';
import { endOfStream, StalledConnection } from './endings.ts';
import { NetworkFailure } from './failures.ts';
import { Gate } from './gate.ts';
import { openSocketSoon } from './knocking.ts';
import { requestHead } from './request-head.ts';
import { addressText, isTlsRecord, lostConnection, type SocketOptions, socketError } from './socket.ts';
import { StallWatch } from './stall.ts';
import type { Ports } from './tcp-state.ts';

export interface ConnectionOptions extends Omit<SocketOptions, 'sink'> {
  readonly clientId: string;
  /** Milliseconds in which nothing moves, while an answer is due, after which the connection is given up, to begin with. */
  readonly requestTimeout: number;
  /** Called when the broker asks to be spared for so many milliseconds. */
  readonly onThrottle?: (milliseconds: number) => void;
  /** Milliseconds between two attempts to reach a broker that does not answer; they are made beside each other. */
  readonly askEvery?: number;
  /** Called with a connection on which an answer is due, and nothing has come for a while; again after `watchSilence`. */
  readonly onQuiet?: (connection: Connection) => void;
  /** True where the line is cut, and not the broker gone, as far as is known: what has come of an answer may be waited for longer. */
  readonly isCutOff?: () => boolean;
  /** What all connections of the client may carry together. */
  readonly paces?: Paces | undefined;
}

interface Pending {
  readonly request: RawRequest;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
  /** When it was asked, by the steady clock. */
  readonly askedAt: number;
  frame?: Frame;
}

/** No broker asks for more, and a spoiled answer must not silence the client for weeks. */
const longestThrottleMs = 5 * 60_000;

/** Longer than any of Kafka's. */
const maxResponseBytes = 512 * 1024 * 1024;

export class Connection implements ApiConnection, Transport, ResponseSink {
  readonly address: Address;
  readonly #options: ConnectionOptions;
  readonly #clientId: Buffer;
  readonly #pending = new Map<number, Pending>();
  readonly #closed = Promise.withResolvers<Error>();
  readonly #reader = new ResponseReader(this);
  readonly #gate = new Gate();
  readonly #stall: StallWatch;
  readonly #paced: PacedSocket | undefined;
  #socket: Socket | undefined;
  #error: Error | undefined;
  #correlationId = 0;
  #answered = false;
  #answers = 0;
  #received = 0;
  #roundTrip = Number.POSITIVE_INFINITY;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.address = options.address;
    this.#clientId = Buffer.from(options.clientId);
    this.#stall = new StallWatch({
      timeout: options.requestTimeout,
      isAwaited: () => this.#isAwaited,
      onStall: (quietMs) => this.close(new StalledConnection(this.address, quietMs)),
      onQuiet: options.onQuiet && (() => options.onQuiet?.(this)),
      isExcused: () => this.isAnswered && options.isCutOff?.() === true,
    });
    this.#paced = options.paces && new PacedSocket(options.paces, this.#stall);
  }

  /** Connects. Rejects with KafkaError `authentication` or NetworkFailure. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    const reader = connection.#reader;
    const sink = {
      push: (bytes: Uint8Array, length: number) =>
        connection.#arrived(bytes, length, () => reader.push(bytes, length)),
      filled: (length: number) => connection.#arrived(undefined, length, () => reader.filled(length)),
      get place() {
        return connection.isOpen ? reader.place : undefined;
      },
      get most() {
        return connection.#paced?.step;
      },
    };
    const socket = await openSocketSoon({ ...options, sink }, options.askEvery ?? options.connectTimeout);
    connection.#socket = socket;
    socket.on('error', (error) => {
      // A broker that has answered was content with our side of TLS. One of TLS 1.3 judges certificates only after the handshake.
      const reason = connection.#answers > 0 ? lostConnection : socketError;
      connection.close(reason(options.address, error));
    });
    for (const event of ['end', 'close']) socket.on(event, () => connection.#ended());
    if (socket.destroyed) connection.#ended();
    const { signal } = options;
    const abort = () => connection.close();
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    connection.closed.then(() => signal?.removeEventListener('abort', abort));
    return connection;
  }

  get isOpen(): boolean {
    return this.#error === undefined;
  }

  /** Bytes that have come. */
  get received(): number {
    return this.#received;
  }

  /** Milliseconds: the least time from a request to the beginning of its answer. Infinite before the first. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** Milliseconds for which nothing has come while an answer is due; 0 when none is. */
  get quietMs(): number {
    return this.#isAwaited ? this.#stall.quietMs : 0;
  }

  /** An answer is due, and it is not we who hold it back. */
  get #isAwaited(): boolean {
    return this.isOpen && this.#pending.size > 0 && this.#paced?.isHeld !== true;
  }

  /** True in the middle of an answer. */
  get isAnswered(): boolean {
    return [...this.#pending.values()].some(({ frame }) => frame !== undefined);
  }

  /** What was sent gets there: nothing stands still. */
  moved(): void {
    this.#stall.progress();
  }

  /** Has `onQuiet` called again when it becomes quiet. */
  watchSilence(): void {
    this.#stall.watchOn();
  }

  /** By which the kernel knows it; undefined when it does not any more. */
  get ports(): Ports | undefined {
    const { localPort: local, remotePort: remote } = this.#socket ?? {};
    return local === undefined || remote === undefined ? undefined : { local, remote };
  }

  /** Resolves, with the reason, when the connection is closed. Never rejects. */
  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  /** The library's entry: see {@link ApiConnection}. */
  readonly send: ApiConnection['send'] = (...request) => codecPort(this, false).send(...request);

  /** The same past closed gates, for the exchange that a gate is closed for. */
  get urgent(): ApiConnection {
    return codecPort(this, true);
  }

  /** {@link Transport}: rejects with the reason when the connection closes before the answer is complete. */
  exchange(request: RawRequest): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const run = () => {
        if (this.#error !== undefined) reject(this.#error);
        else this.#write(request, { request, resolve, reject, askedAt: performance.now() });
      };
      // Nobody opens the gate of a connection that is closed before the broker's time is over.
      if (request.urgent || !this.isOpen) run();
      else this.#gate.pass(run);
    });
  }

  /** Holds further requests back until the gate is opened by the function that is returned. */
  closeGate(): () => void {
    return this.#gate.close();
  }

  /** Changes the silence after which the connection is given up. */
  setRequestTimeout(milliseconds: number): void {
    this.#stall.setTimeout(milliseconds);
  }

  /** Honours a response's `throttle_time_ms`: the broker does not read this connection for so long. */
  throttle(milliseconds: number): void {
    if (!(milliseconds > 0) || !this.isOpen) return;
    const heeded = Math.min(milliseconds, longestThrottleMs);
    this.#options.onThrottle?.(heeded);
    this.#stall.excuse(heeded);
    setTimeout(this.closeGate(), heeded).unref();
  }

  /** Closes at once and rejects what waits. Idempotent; the first reason stays. */
  close(
    reason: Error = new KafkaError('closed', `${addressText(this.address)}: the connection has been closed`),
  ): void {
    if (this.#error !== undefined) return;
    this.#error = reason;
    this.#stall.stop();
    this.#paced?.close();
    this.#socket?.destroy();
    for (const pending of this.#pending.values()) {
      pending.frame?.release();
      pending.reject(reason);
    }
    this.#pending.clear();
    this.#gate.release();
    this.#closed.resolve(reason);
  }

  /** The same for one that is dead: what it has not sent is not sent any more, for that would hold up others on the same line. */
  abandon(reason: Error): void {
    // Over TLS there is no such way.
    if (this.#socket !== undefined && !('encrypted' in this.#socket)) this.#socket.resetAndDestroy();
    this.close(reason);
  }

  /** {@link ResponseSink}: memory for an awaited response. */
  memoryFor(correlationId: number, bytes: number): Buffer {
    const place = addressText(this.address);
    const pending = this.#pending.get(correlationId);
    if (pending === undefined || bytes < 0 || bytes > maxResponseBytes) {
      throw new NetworkFailure(`${place}: what came back is not a response of Kafka's protocol`);
    }
    this.#roundTrip = Math.min(this.#roundTrip, performance.now() - pending.askedAt);
    pending.frame = pending.request.pool?.take(bytes) ?? ownFrame(bytes);
    return pending.frame.bytes;
  }

  /** {@link ResponseSink}: an awaited response has begun. */
  began(correlationId: number): void {
    const { frame, request } = this.#pending.get(correlationId)!;
    request.onBegun?.(frame!.bytes);
  }

  /** {@link ResponseSink}: an awaited response is complete. */
  complete(correlationId: number): void {
    const pending = this.#pending.get(correlationId)!;
    this.#pending.delete(correlationId);
    this.#answers += 1;
    pending.resolve(pending.frame!);
  }

  #write(request: RawRequest, pending: Pending): void {
    this.#correlationId = (this.#correlationId + 1) & 0x7fffffff;
    const { pieces } = request;
    const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const head = requestHead(request, this.#correlationId, this.#clientId, bytes);
    if (this.#pending.size === 0) this.#stall.progress();
    this.#pending.set(this.#correlationId, pending);
    this.#stall.start();
    const socket = this.#socket!;
    if (this.#paced?.write(socket, [head, ...pieces], head.byteLength + bytes)) return;
    socket.cork();
    socket.write(head);
    for (const piece of pieces) if (piece.byteLength > 0) socket.write(piece);
    socket.uncork();
  }

  #arrived(bytes: Uint8Array | undefined, length: number, take: () => void): void {
    this.#received += length;
    this.#stall.progress();
    if (this.#paced) this.#paced.read(this.#socket, length, this.#isLarge);
    if (bytes && !this.#answered && isTlsRecord(bytes, length)) {
      const advice = 'this port speaks TLS. Set security.protocol to SSL or SASL_SSL';
      this.close(new KafkaError('authentication', `${addressText(this.address)}: ${advice}`));
    }
    this.#answered = true;
    try {
      if (this.isOpen) take();
    } catch (error) {
      this.close(error as Error);
    }
  }

  #ended(): void {
    this.close(endOfStream(this.address, this.#answers));
  }

  /** What comes is of an answer with records. */
  get #isLarge(): boolean {
    return this.#pending.values().next().value?.request.pool !== undefined;
  }
}
