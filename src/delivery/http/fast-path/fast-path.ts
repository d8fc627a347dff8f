/**
 * A short way for requests below `/live/` on connections of plain HTTP/1.1. Node's own server makes two streams, a handful of
 * callbacks and a timer for each request; at thousands of requests a second, most of them for bytes that were made before, that is two thirds
 * of what a request costs (ADR 94). Here a request is a look into two maps, and its answer one write. What is not a plain GET goes to Node's server.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../options.ts';
import type { Incoming, Outgoing } from '../replies.ts';
import { isBelowLive } from '../target.ts';
import { type PlainRequest, RequestHeads } from './request-head.ts';
import { FastResponse } from './response.ts';
import { SocketAdapter } from './socket-adapter.ts';

/** Bytes of answers that may wait for a viewer before the next request of his is read: a segment or so. */
const mayWait = 256 * 1024;

/** Answers a request, now or later; false: it is not one of the fast path's. */
type Handler = (request: Incoming, response: Outgoing) => boolean;

/** What of a server's connections are the fast path's own. */
export interface FastPath {
  /** When the last request came, or was answered: milliseconds of the steady clock; negative: none was. */
  readonly activeAt: number;
  /** From now on each answer is the last of its connection, and says so. */
  leave(): void;
  /** Ends connections that nobody waits on: the next request on them would come too late. */
  closeIdle(): void;
}

/**
 * Puts the fast path before a server of plain HTTP. To be called before it listens. `silence`: milliseconds after which a connection is closed
 * on which nothing is asked, or nothing taken.
 */
export function addFastPath(server: Server, handle: Handler, silence: number = limits.keepAlive): FastPath {
  const [toServer] = server.listeners('connection');
  if (toServer === undefined) throw new Error('the server does not listen to its connections');
  server.removeListener('connection', toServer as (socket: Socket) => void);
  const heads = new RequestHeads();
  const connections = new Set<FastConnection>();
  let leaves = false;
  let activeAt = Number.NEGATIVE_INFINITY;
  const onActive = (): void => {
    activeAt = performance.now();
  };
  const isLast = (): boolean => leaves;
  const give = (connection: Socket | SocketAdapter) => toServer.call(server, connection);
  server.on('connection', (socket: Socket) => {
    const connection = new FastConnection({
      socket,
      heads,
      handle,
      give,
      silence,
      isLast,
      onActive,
      onLeave: () => connections.delete(connection),
    });
    connections.add(connection);
  });
  server.prependListener('request', ({ socket }, response) => {
    const adapter: unknown = socket;
    if (!(adapter instanceof SocketAdapter)) return;
    adapter.asked();
    response.on('finish', () => adapter.answered());
  });
  return {
    get activeAt() {
      return activeAt;
    },
    leave() {
      leaves = true;
    },
    closeIdle() {
      for (const connection of connections) connection.closeIfIdle();
    },
  };
}

interface ConnectionOptions {
  readonly socket: Socket;
  readonly heads: RequestHeads;
  readonly handle: Handler;
  readonly silence: number;
  readonly isLast: () => boolean;
  readonly onActive: () => void;
  /** Makes a connection one of Node's server. */
  readonly give: (connection: Socket | SocketAdapter) => void;
  /** The connection is closed, or Node's. */
  readonly onLeave: () => void;
}

/**
 * `idle`: the next request is awaited. `answering`: one is answered here, now or later. `resting`: the viewer has to take something first.
 * `lent`: a request is with Node's server, and the connection comes back. `given`: whatever else comes is for Node's server too, which
 * knows where requests end, as we do not.
 */
type State = 'idle' | 'answering' | 'resting' | 'lent' | 'given';

class FastConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  #state: State = 'idle';
  /** While answering: to be told when the viewer goes. */
  #response: FastResponse | undefined;
  /** What Node's server has of this connection, from the first request on that was lent to it. */
  #adapter: SocketAdapter | undefined;
  /** What came while an answer was being given. */
  #waiting: Buffer | undefined;

  readonly #onData = (bytes: Buffer): void => this.#take(bytes);
  readonly #onTimeout = (): void => {
    // Nobody is silent who waits for us: for a part that is to come, for a stream to go on.
    const isOurs = this.#state === 'answering' || this.#adapter?.isAnswering === true;
    if (isOurs && this.#socket.writableLength === 0) this.#socket.setTimeout(this.#options.silence);
    else this.#socket.destroy();
  };
  readonly #onError = (): void => {};
  readonly #onClose = (): void => {
    this.#options.onLeave();
    this.#response?.closed();
    this.#adapter?.destroy();
  };
  /** The viewer will not ask again. As Node's server does, nobody is waited for who has said so. */
  readonly #onEnd = (): void => {
    if (this.#state === 'lent' || this.#state === 'given') this.#adapter?.push(null);
    else this.#socket.end();
  };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#socket.setNoDelay(true);
    this.#socket.setTimeout(options.silence);
    this.#socket.setKeepAlive(true, options.silence);
    this.#socket.on('timeout', this.#onTimeout);
    this.#socket.on('data', this.#onData);
    this.#socket.on('error', this.#onError);
    this.#socket.on('close', this.#onClose);
    this.#socket.on('end', this.#onEnd);
  }

  closeIfIdle(): void {
    if (this.#state === 'idle' || this.#state === 'resting') this.#socket.end();
  }

  #take(bytes: Buffer): void {
    if (this.#state === 'answering' || this.#state === 'resting') this.#keep(bytes);
    // Two requests at once: whose turn it is, only Node's server can tell.
    else if (this.#state === 'lent' || this.#state === 'given') this.#passOn(bytes);
    else {
      const request = this.#options.heads.read(bytes);
      if (request === undefined) this.#leave(bytes);
      else if (isBelowLive(request.url)) this.#answer(request);
      else this.#putAside(bytes);
    }
  }

  #answer({ method, url, rawHeaders }: PlainRequest): void {
    this.#state = 'answering';
    const { isLast, onActive } = this.#options;
    onActive();
    this.#response = new FastResponse(this.#socket, method === 'HEAD', () => this.#next(), isLast);
    this.#options.handle({ method, url, rawHeaders, socket: this.#socket }, this.#response);
  }

  /** An answer has been given: to what came meanwhile, once the viewer has taken enough of it. */
  #next(): void {
    this.#response = undefined;
    this.#state = 'idle';
    this.#options.onActive();
    if (this.#options.isLast()) this.#socket.end();
    else if (this.#socket.writableLength > mayWait) this.#rest();
    else this.#takeWaiting();
  }

  /**
   * Somebody who asks and asks and takes nothing would have every answer kept for him. What he asks for meanwhile stays with the
   * kernel, and the time-out ends it.
   */
  #rest(): void {
    this.#state = 'resting';
    this.#socket.pause();
    this.#socket.once('drain', () => {
      this.#state = 'idle';
      this.#socket.resume();
      this.#takeWaiting();
    });
  }

  #takeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#take(waiting);
  }

  #keep(bytes: Buffer): void {
    this.#waiting = this.#waiting === undefined ? bytes : Buffer.concat([this.#waiting, bytes]);
    if (this.#waiting.length > limits.headerBytes) this.#socket.destroy();
  }

  /** A plain request that others answer; afterwards we go on. */
  #putAside(bytes: Buffer): void {
    this.#state = 'lent';
    if (this.#adapter === undefined) {
      this.#adapter = new SocketAdapter(this.#socket, {
        onAnswered: () => {
          if (this.#state === 'lent') this.#next();
        },
        onWanted: () => {
          if (this.#state === 'given') this.#socket.resume();
        },
      });
      this.#adapter.on('error', () => {});
      this.#options.give(this.#adapter);
    }
    this.#adapter.push(bytes);
  }

  /** To Node's server, for good, as fast as it takes it: it stops reading when too many answers wait. */
  #passOn(bytes: Buffer): void {
    this.#state = 'given';
    if (this.#adapter?.push(bytes) === false) this.#socket.pause();
  }

  /** The connection is Node's from now on. */
  #leave(bytes: Buffer): void {
    if (this.#adapter !== undefined) {
      this.#passOn(bytes);
      return;
    }
    this.#options.onLeave();
    const socket = this.#socket;
    socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
    socket.off('timeout', this.#onTimeout).off('end', this.#onEnd);
    socket.setTimeout(0);
    socket.unshift(bytes);
    this.#options.give(socket);
  }
}
