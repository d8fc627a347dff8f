/** A sender of SRT as it ought to be, made of our own codec, for what real ones do not do at will: any order, any loss, any moment. */
import { randomBytes } from 'node:crypto';
import {
  decodeHandshake,
  encodeHandshake,
  type Handshake,
  type HandshakeExtension,
  handshakeType,
  hasExtension,
} from '../../src/live/ingest/srt/handshake.ts';
import { encodeCapabilities, encodeText } from '../../src/live/ingest/srt/handshake-extensions.ts';
import { encodeKeyMessage } from '../../src/live/ingest/srt/key-message.ts';
import { decodeLossReport } from '../../src/live/ingest/srt/loss-report.ts';
import { control, decodePacket, encodeControl, extension } from '../../src/live/ingest/srt/packet.ts';
import { decryptPayload, type PayloadKeys, wrapKeys } from '../../src/live/ingest/srt/payload-keys.ts';
import { sequenceAfter } from '../../src/live/ingest/srt/sequence.ts';

export interface MadeSenderSettings {
  readonly streamId: string;
  readonly passphrase?: string;
  readonly socket?: number;
  readonly initialSequence?: number;
  /** Milliseconds that the receiver is asked to wait. */
  readonly latency?: number;
  readonly flags?: number;
  readonly version?: number;
  readonly extensions?: readonly HandshakeExtension[];
  readonly send: (datagram: Buffer) => void;
}

export class MadeSrtSender {
  readonly settings: MadeSenderSettings;
  readonly socket: number;
  /** The last answer that is no induction's. */
  answer: Handshake | undefined;
  cookie = 0;
  /** It was told that it is over. */
  isShutDown = false;
  /** It has said itself that it is. */
  hasSaidGoodbye = false;
  /** Of the receiver. */
  peer = 0;
  readonly #sent = new Map<number, Buffer>();
  #next: number;
  #keys: PayloadKeys | undefined;
  #conclusion: Buffer | undefined;

  constructor(settings: MadeSenderSettings) {
    this.settings = settings;
    this.socket = settings.socket ?? 77;
    this.#next = settings.initialSequence ?? 1000;
  }

  get isAnswered(): boolean {
    return this.answer !== undefined;
  }

  /** Packets that the receiver has not acknowledged. */
  get unacknowledged(): number {
    return this.#sent.size;
  }

  ask(): void {
    this.#sendHandshake({ type: handshakeType.induction, version: 4, extensionField: 2, extensions: [] });
  }

  /** Behind the answer to `ask`; again: the same conclusion. */
  async conclude(cookie = this.cookie): Promise<void> {
    this.#conclusion ??= await this.#makeConclusion(cookie);
    this.settings.send(this.#conclusion);
  }

  async #makeConclusion(cookie: number): Promise<Buffer> {
    const { streamId, passphrase, latency = 0, flags = 0x3f, version = 0x010500 } = this.settings;
    const capabilities = encodeCapabilities({ version, flags, receiveLatency: 120, sendLatency: latency });
    const extensions: HandshakeExtension[] = [{ type: extension.request, content: capabilities }];
    if (passphrase !== undefined)
      extensions.push({ type: extension.keyRequest, content: await this.#newKeys(passphrase, 'even') });
    extensions.push({ type: extension.streamId, content: encodeText(streamId) });
    extensions.push(...(this.settings.extensions ?? []));
    const extensionField =
      hasExtension.request | hasExtension.settings | (passphrase ? hasExtension.keys : 0);
    return this.#handshake({
      type: handshakeType.conclusion,
      version: 5,
      extensionField,
      cookie,
      extensions,
    });
  }

  async #newKeys(passphrase: string, keys: 'even' | 'odd'): Promise<Buffer> {
    const [key, salt] = [randomBytes(16), randomBytes(16)];
    this.#keys = { [keys]: { key, salt } };
    const wrapped = await wrapKeys(key, salt, passphrase, 16);
    return encodeKeyMessage({ keys, cipher: 2, salt, keyLength: 16, wrapped });
  }

  /** Tells the odd key, and encrypts with it from now on. */
  async takeNewKeys(): Promise<void> {
    const content = await this.#newKeys(this.settings.passphrase ?? '', 'odd');
    this.#control({ type: control.extended, subtype: extension.keyRequest, content });
  }

  #sendHandshake(part: Pick<Handshake, 'type' | 'version' | 'extensionField' | 'extensions'>): void {
    this.settings.send(this.#handshake({ ...part, cookie: this.cookie }));
  }

  #handshake(part: Pick<Handshake, 'type' | 'version' | 'extensionField' | 'extensions' | 'cookie'>): Buffer {
    const content = encodeHandshake({
      encryption: 0,
      initialSequence: this.#next,
      maximumSegment: 1500,
      flowWindow: 8192,
      socket: this.socket,
      peerAddress: Buffer.alloc(16),
      ...part,
    });
    return encodeControl({ type: control.handshake, time: 0, destination: 0, content });
  }

  /** What the receiver says. */
  receive(datagram: Buffer): void {
    const packet = decodePacket(datagram);
    if (packet?.kind !== 'control' || packet.destination !== this.socket) return;
    if (packet.type === control.handshake) this.#answered(packet.content);
    if (packet.type === control.shutdown) this.isShutDown = true;
    if (packet.type === control.lossReport)
      for (const { first, last } of decodeLossReport(packet.content) ?? [])
        for (let sequence = first; ; sequence = sequenceAfter(sequence, 1)) {
          this.#transmit(sequence, true);
          if (sequence === last) break;
        }
    if (packet.type === control.acknowledge) {
      const next = packet.content.readUInt32BE(0);
      for (const sequence of this.#sent.keys())
        if (((next - sequence) << 1) >> 1 > 0) this.#sent.delete(sequence);
      this.#control({ type: control.acknowledgeAgain, info: packet.info });
    }
  }

  #answered(content: Buffer): void {
    const answer = decodeHandshake(content);
    if (answer === undefined) return;
    if (answer.type === handshakeType.induction) this.cookie = answer.cookie;
    else [this.answer, this.peer] = [answer, answer.socket];
  }

  /** The next packet; with `isLost` it is only remembered. */
  data(payload: Buffer, isLost = false): void {
    const sequence = this.#next;
    this.#sent.set(sequence, payload);
    this.#next = sequenceAfter(sequence, 1);
    if (!isLost) this.#transmit(sequence, false);
  }

  #transmit(sequence: number, isAgain: boolean): void {
    const plain = this.#sent.get(sequence);
    if (plain === undefined) return;
    const which = this.#keys === undefined ? 'none' : this.#keys.even === undefined ? 'odd' : 'even';
    const payload = this.#keys === undefined ? plain : decryptPayload(this.#keys, which, sequence, plain);
    const head = Buffer.alloc(16);
    head.writeUInt32BE(sequence, 0);
    const key = { none: 0, even: 1, odd: 2 }[which];
    head.writeUInt32BE((0xc0000001 | (key << 27) | (isAgain ? 0x04000000 : 0)) >>> 0, 4);
    head.writeUInt32BE(this.peer, 12);
    this.settings.send(Buffer.concat([head, payload ?? Buffer.alloc(0)]));
  }

  keepAlive(): void {
    this.#control({ type: control.keepAlive });
  }

  shutDown(): void {
    this.hasSaidGoodbye = true;
    this.#control({ type: control.shutdown, content: Buffer.alloc(4) });
  }

  /** These were dropped, for it was too late. */
  drop(first: number, last: number): void {
    const content = Buffer.alloc(8);
    content.writeUInt32BE(first, 0);
    content.writeUInt32BE(last, 4);
    for (let sequence = first; sequence !== sequenceAfter(last, 1); sequence = sequenceAfter(sequence, 1))
      this.#sent.delete(sequence);
    this.#control({ type: control.drop, content });
  }

  #control(packet: { type: number; subtype?: number; info?: number; content?: Buffer }): void {
    this.settings.send(encodeControl({ ...packet, time: 0, destination: this.peer }));
  }
}
