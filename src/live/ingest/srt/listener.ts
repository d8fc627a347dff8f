/** All senders of one UDP socket: who they are, whether they are let in, and whose a datagram is. No socket and no timer: both are its owner's. */
import { randomInt } from 'node:crypto';
import { describeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { nameOf } from '../address.ts';
import type { Caller, Desk } from '../contract.ts';
import { type Admitted, admit, type Refused, refused } from './admit.ts';
import { acceptanceAnswer, inductionAnswer, refusalAnswer } from './answers.ts';
import { CallerTable } from './caller-table.ts';
import { flowWindow } from './connection.ts';
import { Cookies } from './cookie.ts';
import { type Application, examine } from './examine.ts';
import { decodeHandshake, type Handshake, handshakeType } from './handshake.ts';
import { control, decodePacket, encodeControl, type Packet } from './packet.ts';
import { reason } from './reasons.ts';
import { RefusalLog } from './refusal-log.ts';
import type { Remote } from './remote.ts';
import { Sender } from './sender.ts';

export interface ListenerSettings {
  readonly desk: Desk;
  /** All senders must encrypt with it. */
  readonly passphrase?: string | undefined;
  /** Milliseconds that a lost packet is waited for; a sender may ask for more. */
  readonly latency: number;
  readonly logger: Logger;
  /** Counts somebody who comes from an address, until it is called back; undefined: there are too many. */
  readonly takePlace: (address: string) => (() => void) | undefined;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  readonly send: (datagram: Buffer, remote: Remote) => void;
}

/** A conclusion that is being decided upon. */
interface Call {
  /** Of the table of callers. */
  readonly name: string;
  readonly asked: Handshake;
  readonly remote: Remote;
  readonly application: Application;
}

/** Answers to strangers in a second: a flood of them costs no more than that. */
const mostAnswers = 1000;
/** Milliseconds between two looks at the clock, which ticks alone make sooner; what is more was not spent here. */
const longestPause = 200;
/** Milliseconds that one whose connection is over is told so. */
const remindedFor = 3000;

export class Listener {
  readonly #settings: ListenerSettings;
  readonly #cookies = new Cookies();
  readonly #callers = new CallerTable();
  readonly #senders = new Map<number, Sender>();
  readonly #refusals: RefusalLog;
  readonly #begun: number;
  readonly #deciding = new Set<Promise<void>>();
  #stoodStill = 0;
  #lookedAt: number;
  #answers = { second: 0, count: 0 };
  #isClosing = false;

  constructor(settings: ListenerSettings) {
    this.#settings = settings;
    this.#refusals = new RefusalLog(settings.logger);
    this.#begun = settings.clock();
    this.#lookedAt = this.#begun;
  }

  /**
   * As others see it: without the time in which this process stood still, and could hear nobody. Each look counts, for packets that came meanwhile may be read before
   * the next tick.
   */
  readonly #clock = (): number => {
    const read = this.#settings.clock();
    this.#stoodStill += Math.max(0, read - this.#lookedAt - longestPause);
    this.#lookedAt = read;
    return read - this.#stoodStill;
  };

  /** Sends all senders away and waits until the desk has let go of them. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const senders = [...this.#senders.values()];
    for (const sender of senders) sender.dismiss(new Error('the server is closing'));
    await Promise.all([...senders.map(({ settled }) => settled), ...this.#deciding]);
  }

  receive(datagram: Buffer, remote: Remote): void {
    // Port 0 can be forged, and not answered: to send there throws.
    const packet = remote.port === 0 ? undefined : decodePacket(datagram);
    if (packet === undefined) return;
    if (packet.destination === 0) this.#meet(packet, remote);
    else this.#handOn(packet, remote);
  }

  /** Only from where the sender was let in: who changes its port comes anew. */
  #handOn(packet: Packet, remote: Remote): void {
    const sender = this.#senders.get(packet.destination);
    if (sender === undefined || !sender.isAt(remote)) return;
    const now = this.#clock();
    if (sender.connection.isOver) sender.remind(now);
    else sender.connection.receive(packet, now);
  }

  #meet(packet: Packet, remote: Remote): void {
    if (packet.kind !== 'control' || packet.type !== control.handshake || this.#isClosing) return;
    const asked = decodeHandshake(packet.content);
    if (asked === undefined) return;
    const { address, port } = remote;
    const now = this.#clock();
    if (asked.type === handshakeType.induction) {
      const cookie = this.#cookies.bake(address, port, now);
      const keyLength = this.#settings.passphrase === undefined ? 0 : 32;
      this.#answer(asked, remote, inductionAnswer(asked, cookie, keyLength));
    } else if (
      asked.type === handshakeType.conclusion &&
      this.#cookies.isOurs(asked.cookie, address, port, now)
    )
      this.#conclude(asked, remote);
  }

  #conclude(asked: Handshake, remote: Remote): void {
    const name = `${nameOf(remote)} ${asked.socket}`;
    const known = this.#callers.find(name);
    if (known !== undefined) {
      if (known.answer !== undefined) this.#answer(asked, remote, known.answer);
      return;
    }
    const application = examine(asked, this.#settings.passphrase !== undefined);
    // What is wrong by itself is wrong each time: there is nothing to remember.
    if (typeof application === 'number') this.#refuse({ name, asked, remote }, refused(application));
    else if (this.#callers.add(name, remote.address, application.wanted.stream) === undefined)
      this.#refuse({ name, asked, remote }, refused(reason.overload));
    else this.#decide({ name, asked, remote, application });
  }

  #decide(call: Call): void {
    const decision = this.#decideAbout(call).catch((error: unknown) => {
      this.#settings.logger.error({ error: describeError(error) }, 'an SRT sender could not be decided upon');
      this.#refuse(call, refused(reason.down));
    });
    this.#deciding.add(decision);
    void decision.then(() => this.#deciding.delete(decision));
  }

  async #decideAbout(call: Call): Promise<void> {
    const giveBack = this.#settings.takePlace(call.remote.address);
    if (giveBack === undefined) {
      this.#refuse(call, refused(reason.overload));
      return;
    }
    let isIn = false;
    try {
      isIn = await this.#askFor(call, giveBack);
    } finally {
      if (!isIn) giveBack();
    }
  }

  /** True: somebody is in who gives back the place in the end. */
  async #askFor(call: Call, giveBack: () => void): Promise<boolean> {
    const { desk, passphrase } = this.#settings;
    const makeWay = (caller: Caller): Promise<void> => this.#makeWay(caller);
    const admission = await admit(call.application, nameOf(call.remote), { desk, makeWay, passphrase });
    if (admission.isAdmitted && !this.#isClosing) {
      this.#accept(call, admission, giveBack);
      return true;
    }
    if (admission.isAdmitted) admission.seat.leave();
    this.#refuse(call, admission.isAdmitted ? refused(reason.down) : admission);
    return false;
  }

  #refuse({ name, asked, remote }: Omit<Call, 'application'>, why: Refused): void {
    const now = this.#clock();
    if (!why.isTold) this.#refusals.tell(nameOf(remote), why, now);
    const answer = refusalAnswer(asked, why.reason);
    this.#callers.refuse(name, answer, now);
    this.#answer(asked, remote, answer);
  }

  async #makeWay(caller: Caller): Promise<void> {
    const own = [...this.#senders.values()].find(
      (sender) => !sender.connection.isOver && sender.isOf(caller),
    );
    await own?.makeWay();
  }

  #accept(
    { name, asked, remote, application }: Call,
    { seat, encryption }: Admitted,
    giveBack: () => void,
  ): void {
    const { wanted, peer, keys } = application;
    const { logger, latency: own, send } = this.#settings;
    const clock = this.#clock;
    const latency = Math.max(own, peer.sendLatency);
    const socket = this.#freeSocket();
    const address = nameOf(remote);
    const sender = new Sender({
      caller: { protocol: 'srt', ...wanted, address },
      seat,
      logger,
      clock,
      remote,
      peerSocket: asked.socket,
      initialSequence: asked.initialSequence,
      latency,
      ...(encryption === undefined ? {} : { encryption }),
      now: clock(),
      send: (datagram) => send(datagram, remote),
      onEnd: () => {
        this.#callers.remove(name);
        giveBack();
      },
    });
    this.#senders.set(socket, sender);
    const keyMessage = keys === undefined ? {} : { keyMessage: keys.content };
    const answer = acceptanceAnswer(asked, { socket, flowWindow, latency, peer, ...keyMessage });
    this.#callers.accept(name, answer);
    this.#answer(asked, remote, answer);
    const facts = { stream: wanted.stream, address, latency, isEncrypted: encryption !== undefined };
    logger.debug(facts, `an SRT sender of ${wanted.stream} has come`);
  }

  /** One that nobody can guess. */
  #freeSocket(): number {
    for (;;) {
      const socket = randomInt(1, 2 ** 30);
      if (!this.#senders.has(socket)) return socket;
    }
  }

  #answer(asked: Handshake, remote: Remote, content: Buffer): void {
    const time = this.#clock() - this.#begun;
    const second = Math.floor(time / 1000);
    if (second !== this.#answers.second) this.#answers = { second, count: 0 };
    this.#answers.count++;
    if (this.#answers.count > mostAnswers) return;
    const packet = { type: control.handshake, time: time * 1000, destination: asked.socket, content };
    this.#settings.send(encodeControl(packet), remote);
  }

  /** Every 10 ms. */
  tick(): void {
    const now = this.#clock();
    for (const [socket, sender] of this.#senders) {
      sender.tick(now);
      if ((sender.overFor(now) ?? 0) >= remindedFor) this.#senders.delete(socket);
    }
    this.#callers.forgetOld(now);
  }
}
