/** One sender that was let in: its packets become a stream of bytes, and it is told what has come and what is missing. No socket and no clock: both are its owner's. */
import { Acknowledgements } from './acknowledgements.ts';
import { ByteQueue, packetCost } from './byte-queue.ts';
import { decodeKeyMessage } from './key-message.ts';
import { decodeDrop, encodeLossReport } from './loss-report.ts';
import {
  type ControlPacket,
  control,
  type DataPacket,
  encodeControl,
  extension,
  type Packet,
} from './packet.ts';
import { decryptPayload, openKeys, type PayloadKeys } from './payload-keys.ts';
import { ReceiveBuffer } from './receive-buffer.ts';

/** Packets on their way and in order; what the handshake names as the flow window. A power of two. */
export const flowWindow = 8192;
/** Bytes of memory that wait for a reader at the most; then a sender is told to wait. */
const mostWaiting = 11 * 1024 * 1024;
const usualPacket = 1316 + packetCost;
/** Milliseconds without a word after which a sender is lost. A healthy one says something every second. */
export const mostSilence = 5000;
const keepAliveEvery = 1000;
/** Milliseconds between two requests for the same packet at the least. */
const leastPatience = 20;
/** Ranges that one loss report names; they fit into a datagram. */
const mostRanges = 150;

export type HowItEnded = 'finished' | 'lost' | 'dismissed';

export interface ConnectionSettings {
  /** The sender's. */
  readonly peerSocket: number;
  readonly initialSequence: number;
  /** Milliseconds that a missing packet is waited for. */
  readonly latency: number;
  /** With keys, packets in the clear count for nothing. */
  readonly encryption?: { readonly keys: PayloadKeys; readonly passphrase: string };
  /** Milliseconds of a steady clock. */
  readonly now: number;
  readonly send: (datagram: Buffer) => void;
  /** Called once. */
  readonly onEnd: (how: HowItEnded) => void;
}

export class Connection {
  /** What came, in order, for one reader. It throws where the sender was lost. */
  readonly bytes = new ByteQueue();
  readonly #settings: ConnectionSettings;
  readonly #buffer: ReceiveBuffer;
  readonly #acknowledgements: Acknowledgements;
  #keys: PayloadKeys | undefined;
  #isOpeningKeys = false;
  #heardAt: number;
  #saidAt: number;
  #isOver = false;
  #packets = 0;
  #bytes = 0;
  #sentAgain = 0;
  #unreadable = 0;
  #second: { readonly from: number; readonly packets: number; readonly bytes: number };
  #rate = { packets: 0, bytes: 0 };

  constructor(settings: ConnectionSettings) {
    const { initialSequence: next, latency: patience, now } = settings;
    this.#settings = settings;
    this.#buffer = new ReceiveBuffer({ next, patience, capacity: flowWindow });
    this.#acknowledgements = new Acknowledgements(next);
    this.#keys = settings.encryption?.keys;
    this.#heardAt = now;
    this.#saidAt = now;
    this.#second = { from: now, packets: 0, bytes: 0 };
  }

  /** When the sender was last heard. */
  get heardAt(): number {
    return this.#heardAt;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** For the log: packets that came, were lost for good, were sent again, could not be decrypted; milliseconds of a round trip. */
  get figures() {
    return {
      bytes: this.#bytes,
      packets: this.#packets,
      lost: this.#buffer.lost,
      sentAgain: this.#sentAgain,
      unreadable: this.#unreadable,
      roundTrip: Math.round(this.#acknowledgements.roundTrip * 10) / 10,
    };
  }

  receive(packet: Packet, now: number): void {
    if (this.#isOver) return;
    this.#heardAt = now;
    if (packet.kind === 'data') this.#receiveData(packet, now);
    else this.#receiveControl(packet, now);
  }

  #receiveData(packet: DataPacket, now: number): void {
    // What is missing takes no room: it makes some.
    if (this.#room() === 0 && !this.#buffer.isMissing(packet.sequence)) return;
    const payload = this.#clear(packet);
    if (payload === undefined) {
      this.#unreadable++;
      return;
    }
    this.bytes.push(this.#buffer.makeRoom(packet.sequence));
    const missing = this.#buffer.missing;
    if (!this.#buffer.insert(packet.sequence, payload, now)) return;
    this.#packets++;
    this.#bytes += payload.length;
    if (packet.isSentAgain) this.#sentAgain++;
    this.bytes.push(this.#buffer.take());
    if (this.#buffer.missing > missing) this.#ask(Number.NEGATIVE_INFINITY, now);
  }

  #clear(packet: DataPacket): Buffer | undefined {
    if (this.#keys !== undefined)
      return decryptPayload(this.#keys, packet.key, packet.sequence, packet.payload);
    return packet.key === 'none' ? packet.payload : undefined;
  }

  #receiveControl(packet: ControlPacket, now: number): void {
    if (packet.type === control.acknowledgeAgain) this.#acknowledgements.answered(packet.info, now);
    else if (packet.type === control.shutdown) this.#end('finished', now);
    else if (packet.type === control.drop) this.#drop(packet, now);
    else if (packet.type === control.extended && packet.subtype === extension.keyRequest)
      void this.#changeKeys(packet.content, now);
  }

  #drop(packet: ControlPacket, now: number): void {
    const range = decodeDrop(packet.content);
    if (range !== undefined) this.#buffer.drop(range, now);
  }

  /** A sender takes new keys now and then, and tells them some time before. */
  async #changeKeys(content: Buffer, now: number): Promise<void> {
    const { encryption } = this.#settings;
    const message = decodeKeyMessage(content);
    if (encryption === undefined || message === undefined || this.#isOpeningKeys) return;
    this.#isOpeningKeys = true;
    const opened = await openKeys(message, encryption.passphrase);
    this.#isOpeningKeys = false;
    if (opened === undefined || this.#isOver) return;
    this.#keys = { ...this.#keys, ...opened };
    this.#say({ type: control.extended, subtype: extension.keyResponse, content }, now);
  }

  /** Every 10 ms. */
  tick(now: number): void {
    if (this.#isOver) return;
    if (now - this.#heardAt >= mostSilence) this.#end('lost', now);
    else this.#report(now);
  }

  #report(now: number): void {
    this.bytes.push(this.#buffer.takeDue(now));
    this.#countSecond(now);
    const { next } = this.#buffer;
    const due = this.#acknowledgements.due(now, next, this.#room(), this.#rate);
    if (due !== undefined)
      this.#say({ type: control.acknowledge, info: due.number, content: due.content }, now);
    this.#ask(now - Math.max(leastPatience, this.#acknowledgements.patience), now);
    if (now - this.#saidAt >= keepAliveEvery) this.#say({ type: control.keepAlive }, now);
  }

  #countSecond(now: number): void {
    const { from, packets, bytes } = this.#second;
    if (now - from < 1000) return;
    const seconds = (now - from) / 1000;
    this.#rate = {
      packets: Math.round((this.#packets - packets) / seconds),
      bytes: Math.min(0xffffffff, Math.round((this.#bytes - bytes) / seconds)),
    };
    this.#second = { from: now, packets: this.#packets, bytes: this.#bytes };
  }

  /** Packets that may come beyond those that are held. */
  #room(): number {
    const readable = Math.ceil((mostWaiting - this.bytes.cost) / usualPacket);
    return Math.max(0, Math.min(flowWindow - this.#buffer.span, readable));
  }

  /** Asks for what is missing and was not asked for since `before`. */
  #ask(before: number, now: number): void {
    if (this.#buffer.missing === 0) return;
    const ranges = this.#buffer.ask(before, now, mostRanges);
    if (ranges.length > 0) this.#say({ type: control.lossReport, content: encodeLossReport(ranges) }, now);
  }

  /** The sender must go, or counts as lost: `why` is what a reader of its bytes is told. */
  end(how: HowItEnded, now: number, why?: Error): void {
    if (this.#isOver) return;
    this.shutDown(now);
    this.#end(how, now, why);
  }

  /** Tells the sender that it is over; once more where it has not heard. */
  shutDown(now: number): void {
    // Senders that are not of the library want a word of content in it.
    this.#say({ type: control.shutdown, content: Buffer.alloc(4) }, now);
  }

  #end(how: HowItEnded, now: number, why?: Error): void {
    this.#isOver = true;
    this.bytes.push(this.#buffer.rest());
    const silence = Math.round((now - this.#heardAt) / 1000);
    if (how === 'finished') this.bytes.end();
    else this.bytes.end(why ?? new Error(`the SRT sender was not heard for ${silence} s`));
    this.#settings.onEnd(how);
  }

  #say(packet: Omit<Parameters<typeof encodeControl>[0], 'time' | 'destination'>, now: number): void {
    this.#saidAt = now;
    const { send, peerSocket, now: begun } = this.#settings;
    send(encodeControl({ ...packet, time: Math.max(0, now - begun) * 1000, destination: peerSocket }));
  }
}
