/** SRT's server: one UDP socket, and the clock of all its senders. */
import type { Socket } from 'node:dgram';
import { ConfigurationError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import type { ConnectionLimit } from '../connection-limit.ts';
import type { Desk } from '../contract.ts';
import { bindSocket } from './bind.ts';
import { Listener } from './listener.ts';

export interface SrtServerOptions {
  readonly desk: Desk;
  /** An address of this machine; without one all of them, of both kinds. */
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  /** All senders must encrypt with it. */
  readonly passphrase?: string | undefined;
  /** Milliseconds that a lost packet is waited for; a sender may ask for more. */
  readonly latency: number;
  /** Senders that were let in, or are decided upon. */
  readonly limit: ConnectionLimit;
  readonly logger: Logger;
}

const tickEvery = 10;
/** A handshake has 16 bits for it. */
const mostLatency = 60_000;

export class SrtServer {
  readonly #socket: Socket;
  readonly #listener: Listener;
  readonly #timer: NodeJS.Timeout;
  #closed: Promise<void> | undefined;

  private constructor(options: SrtServerOptions, socket: Socket) {
    const { logger, desk, passphrase, latency, limit } = options;
    this.#socket = socket;
    this.#listener = new Listener({
      desk,
      passphrase,
      latency,
      logger,
      takePlace: (address) => takePlace(limit, address),
      clock: () => performance.now(),
      // What cannot be sent is as good as lost on its way.
      send: (datagram, { address, port }) => socket.send(datagram, port, address, () => {}),
    });
    socket.on('message', (datagram, remote) => this.#listener.receive(datagram, remote));
    socket.on('error', (error) => logger.warn({ error: error.message }, 'the SRT socket has a fault'));
    this.#timer = setInterval(() => this.#listener.tick(), tickEvery);
  }

  /** Throws ConfigurationError where the address is taken or not ours. */
  static async start(options: SrtServerOptions): Promise<SrtServer> {
    if (options.latency > mostLatency)
      throw new ConfigurationError(`--srt-latency is ${mostLatency / 1000} s at the most`);
    return new SrtServer(options, await bindSocket(options.host, options.port));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Idempotent. Sends all senders away and waits until the desk has let go of them. */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    await this.#listener.close();
    clearInterval(this.#timer);
    await new Promise<void>((resolve) => void this.#socket.close(() => resolve()));
  }
}

/** A place among the connections of all protocols, and how it is given back. */
function takePlace(limit: ConnectionLimit, remoteAddress: string): (() => void) | undefined {
  let giveBack = (): void => {};
  const once = (_: 'close', listener: () => void): void => {
    giveBack = listener;
  };
  return limit.admit({ remoteAddress, once, destroy: () => {} }) ? () => giveBack() : undefined;
}
