/** An SRT listener without a network: senders that are made, a desk that writes down, a clock that is turned by hand. */
import { setImmediate } from 'node:timers/promises';
import type { Answer, Caller, Desk, Seat, SenderMedia } from '../../src/live/ingest/contract.ts';
import { Listener } from '../../src/live/ingest/srt/listener.ts';
import { type Logger, silentLogger } from '../../src/log.ts';
import { type MadeSenderSettings, MadeSrtSender } from './made-srt-sender.ts';

/** What the desk has of one that it let in. */
export class NotedSeat implements Seat {
  readonly caller: Caller;
  readonly chunks: Buffer[] = [];
  end: 'finished' | 'left' | Error | undefined;
  readonly #controller = new AbortController();

  constructor(caller: Caller) {
    this.caller = caller;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  async send({ bytes }: SenderMedia): Promise<void> {
    try {
      for await (const chunk of bytes) this.chunks.push(chunk);
      this.end = 'finished';
    } catch (error) {
      this.end = error as Error;
    }
  }

  leave(): void {
    this.end = 'left';
  }

  dismiss(why: string): void {
    this.#controller.abort(new Error(why));
  }
}

/** Lets in who has the key `K`, one sender of a stream at a time. */
export class NotingDesk implements Desk {
  readonly asked: Caller[] = [];
  readonly seats: NotedSeat[] = [];

  async ask(caller: Caller): Promise<Answer> {
    this.asked.push(caller);
    if (caller.key !== 'K') return { isAdmitted: false, why: 'denied', message: 'the key opens nothing' };
    const isBusy = this.seats.some(
      ({ caller: { stream }, end }) => stream === caller.stream && end === undefined,
    );
    if (isBusy) return { isAdmitted: false, why: 'busy', message: 'another one sends it' };
    const seat = new NotedSeat(caller);
    this.seats.push(seat);
    return { isAdmitted: true, seat };
  }
}

export interface RoomSettings {
  readonly passphrase?: string;
  readonly latency?: number;
  readonly logger?: Logger;
}

export class SrtRoom {
  readonly desk = new NotingDesk();
  readonly listener: Listener;
  /** Datagrams that the listener sent, by the sender's port. */
  readonly said = new Map<number, Buffer[]>();
  readonly #senders = new Map<number, MadeSrtSender>();
  now = 1_000_000;
  /** For how many more connections there is room. */
  places = 1000;

  constructor(settings: RoomSettings = {}) {
    this.listener = new Listener({
      desk: this.desk,
      latency: 250,
      logger: silentLogger,
      takePlace: () => {
        if (this.places === 0) return undefined;
        this.places -= 1;
        return () => {
          this.places += 1;
        };
      },
      ...settings,
      clock: () => this.now,
      send: (datagram, { port }) => {
        const said = this.said.get(port) ?? [];
        this.said.set(port, [...said, datagram]);
        this.#senders.get(port)?.receive(datagram);
      },
    });
  }

  /** A sender at a port; what it sends and `drops` says yes to never comes. */
  sender(
    port: number,
    settings: Omit<MadeSenderSettings, 'send'>,
    drops: (datagram: Buffer) => boolean = () => false,
  ): MadeSrtSender {
    const remote = { address: '::ffff:10.0.0.1', port };
    const send = (datagram: Buffer): void => {
      if (!drops(datagram)) this.listener.receive(datagram, remote);
    };
    const sender = new MadeSrtSender({ ...settings, send });
    this.#senders.set(port, sender);
    return sender;
  }

  /** The newest one at a port. */
  senderAt(port: number): MadeSrtSender | undefined {
    return this.#senders.get(port);
  }

  /** Both handshakes, until there is an answer. */
  async greet(sender: MadeSrtSender): Promise<void> {
    sender.ask();
    await sender.conclude();
    await this.until(() => sender.answer !== undefined);
  }

  /** Lets time pass in steps of 10 ms, and what waits for it happen. */
  async pass(milliseconds: number): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end; ) {
      this.now += 10;
      this.listener.tick();
      await setImmediate();
    }
  }

  /** Keys are derived on threads of their own, which our clock knows nothing of. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await setImmediate();
  }
}
