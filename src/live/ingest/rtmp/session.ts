/**
 * One connection of RTMP, from its first byte to its last: what comes in, what is to be answered, and the FLV that is made of the media. Pure but for
 * the random bytes of the handshake; who owns the socket drives it.
 */
import { FormatError } from '../../../errors.ts';
import { withoutSecrets } from '../../../secrets.ts';
import type { Refusal } from '../contract.ts';
import { ChunkReader } from './chunk-reader.ts';
import { writeMessage } from './chunk-writer.ts';
import {
  connectError,
  connectResult,
  propertyOf,
  type RtmpCommand,
  readCommand,
  refusalStatus,
  result,
  type Status,
  statusMessage,
} from './commands.ts';
import { type Changed, Configurations } from './configurations.ts';
import { flvHead, flvTag, flvTags, isConfiguration } from './flv.ts';
import { Handshake } from './handshake.ts';
import {
  acknowledgement,
  controlEvents,
  messageTypes,
  peerBandwidth,
  type RtmpMessage,
  setChunkSize,
  streamBegin,
  userControl,
  windowAcknowledgement,
} from './messages.ts';
import { Oddities } from './oddities.ts';
import { type NamedStream, namedStream } from './stream-name.ts';
import { Timeline } from './timeline.ts';

export type SessionEvent =
  /** These bytes are to be written. */
  | { readonly type: 'answer'; readonly bytes: Buffer }
  /** Somebody asks to publish: `admit` or `refuse` before the next step. */
  | { readonly type: 'publish'; readonly named: NamedStream }
  /** Something that the sender should know of, in one sentence. */
  | { readonly type: 'note'; readonly message: string }
  /** The media that follow are to be read otherwise than those before. */
  | { readonly type: 'changed'; readonly what: Changed }
  /** FLV, from its head on. */
  | { readonly type: 'media'; readonly bytes: Buffer }
  /** The sender has ended in good order. */
  | { readonly type: 'end' }
  /** What was asked for is not to be had here: the connection is to be closed once the answer is written. */
  | { readonly type: 'refused'; readonly message: string };

/** Of our own messages. */
const chunkSize = 4096;
/** Bytes behind which each side says how much has come. */
const window = 2_500_000;
const mostStreams = 16;

/** Until somebody was let in, and from then on. */
const limitsOfStrangers = { message: 64 * 1024, held: 128 * 1024 };
const limitsOfSenders = { message: 8 * 1024 * 1024, held: 12 * 1024 * 1024 };

/** The one application that there is. */
const ownApp = 'live';

export class RtmpSession {
  readonly #handshake = new Handshake();
  readonly #reader = new ChunkReader(limitsOfStrangers);
  #phase: 'handshake' | 'open' | 'asked' | 'publishing' | 'over' = 'handshake';
  #app: string | undefined;
  #streams = 0;
  /** The message stream that is published on. */
  #stream = 0;
  #chunkSize = 128;
  #received = 0;
  #acknowledged = 0;
  #window = window;
  readonly #oddities = new Oddities();
  readonly #timeline = new Timeline();
  readonly #configurations = new Configurations();

  /** Bytes that wait for the rest of their message. */
  get held(): number {
    return this.#reader.held;
  }

  /** The handshake is over. */
  get isOpen(): boolean {
    return this.#phase !== 'handshake';
  }

  /** What comes of these bytes, in order. Throws FormatError for what is no RTMP; nothing is to be given to it behind that. Behind its last word nothing comes of anything. */
  *push(slice: Buffer): Generator<SessionEvent> {
    if (this.#phase === 'over') return;
    this.#received += slice.length;
    let bytes = slice;
    if (this.#phase === 'handshake') {
      const { answer, rest } = this.#handshake.push(slice);
      if (answer !== undefined) yield { type: 'answer', bytes: answer };
      if (rest === undefined) return;
      this.#phase = 'open';
      bytes = rest;
    }
    for (const message of this.#reader.push(bytes)) {
      if (this.#hasPhase('over')) return;
      yield* this.#take(message);
    }
    if (this.#received - this.#acknowledged < this.#window) return;
    this.#acknowledged = this.#received;
    yield this.#answer(acknowledgement(this.#received));
  }

  /** Lets the sender send. Gives what is to be written. */
  admit(): Buffer {
    this.#phase = 'publishing';
    this.#reader.limit(limitsOfSenders);
    return this.#status({
      level: 'status',
      code: 'NetStream.Publish.Start',
      description: 'send, it is published',
    });
  }

  /** Sends away who asked to publish, or who does. Gives what is to be written before the connection is closed. */
  refuse(why: Refusal, message: string): Buffer {
    this.#phase = 'over';
    return this.#status(refusalStatus(why, message));
  }

  *#take(message: RtmpMessage): Generator<SessionEvent> {
    const { type, payload } = message;
    switch (type) {
      case messageTypes.windowAcknowledgement:
        if (payload.length >= 4) this.#window = Math.max(1, payload.readUInt32BE());
        return;
      case messageTypes.userControl:
        yield* this.#control(payload);
        return;
      case messageTypes.command:
      case messageTypes.command3:
        yield* this.#command(message);
        return;
      case messageTypes.audio:
      case messageTypes.video:
        yield* this.#media(message);
        return;
      case messageTypes.data: {
        const script = metadataIn(payload);
        if (this.#phase === 'publishing' && script !== undefined)
          yield {
            type: 'media',
            bytes: flvTag(flvTags.script, this.#timeline.at(message.timestamp), script),
          };
        return;
      }
      default:
    }
  }

  *#media({ type, timestamp, payload }: RtmpMessage): Generator<SessionEvent> {
    if (this.#phase !== 'publishing' || payload.length === 0) return;
    // What says how media are to be read has no time of its own: many senders give it 0.
    const isHead = isConfiguration(type, payload);
    const what = isHead ? this.#configurations.push(type, payload) : undefined;
    if (what !== undefined) yield { type: 'changed', what };
    const time = isHead ? undefined : this.#timeline.push(timestamp);
    for (const message of this.#oddities.push(type, time, payload)) yield { type: 'note', message };
    yield { type: 'media', bytes: flvTag(type, this.#timeline.at(timestamp), payload) };
  }

  *#control(payload: Buffer): Generator<SessionEvent> {
    if (payload.length < 6 || payload.readUInt16BE() !== controlEvents.pingRequest) return;
    yield this.#answer(userControl(controlEvents.pingResponse, payload.subarray(2, 6)));
  }

  *#command(message: RtmpMessage): Generator<SessionEvent> {
    const command = readCommand(message);
    switch (command?.name) {
      case 'connect':
        yield* this.#connect(command);
        return;
      case 'releaseStream':
      case 'FCPublish':
        if (command.transaction !== 0) yield this.#answer(result(command, undefined));
        return;
      case 'createStream':
        if (this.#streams >= mostStreams) throw new FormatError(`RTMP: more than ${mostStreams} streams`);
        this.#streams += 1;
        yield this.#answer(result(command, this.#streams));
        return;
      case 'publish':
        yield* this.#publish(command, message.stream);
        return;
      case 'play':
      case 'play2':
        yield* this.#send(
          statusMessage(message.stream, {
            level: 'error',
            code: 'NetStream.Play.StreamNotFound',
            description: noPlay,
          }),
          noPlay,
        );
        return;
      case 'FCUnpublish':
      case 'closeStream':
      case 'deleteStream':
        yield* this.#end();
        return;
      default:
    }
  }

  *#connect(command: RtmpCommand): Generator<SessionEvent> {
    const app = propertyOf(command.more[0], 'app');
    if (this.#app !== undefined) throw new FormatError('RTMP: it connects twice');
    this.#app = typeof app === 'string' ? app : '';
    const named = namedStream(this.#app, '');
    if (named.app !== ownApp) {
      const message = `there is no application "${withoutSecrets(named.app.slice(0, 80))}" here: send to rtmp://HOST/${ownApp}/STREAM?key=KEY`;
      yield* this.#send(connectError(command, message), message);
      return;
    }
    yield this.#answer(windowAcknowledgement(window));
    yield this.#answer(peerBandwidth(window));
    yield this.#answer(setChunkSize(chunkSize));
    this.#chunkSize = chunkSize;
    yield this.#answer(connectResult(command));
  }

  *#publish({ more }: RtmpCommand, stream: number): Generator<SessionEvent> {
    const [, name] = more;
    if (this.#app === undefined) throw new FormatError('RTMP: it publishes before it connects');
    // Senders that are made of Flash's parts (Wirecast) end so what they send.
    if (name === false) return yield* this.#end();
    if (this.#phase !== 'open') throw new FormatError('RTMP: it publishes twice');
    this.#phase = 'asked';
    this.#stream = stream;
    yield { type: 'publish', named: namedStream(this.#app, typeof name === 'string' ? name : '') };
    if (this.#hasPhase('publishing')) {
      yield this.#answer(streamBegin(stream));
      yield { type: 'media', bytes: flvHead() };
    }
  }

  /** Somebody else changes it between two steps. */
  #hasPhase(phase: string): boolean {
    return this.#phase === phase;
  }

  *#end(): Generator<SessionEvent> {
    if (this.#phase !== 'publishing') return;
    this.#phase = 'over';
    const description = 'all was taken';
    yield {
      type: 'answer',
      bytes: this.#status({ level: 'status', code: 'NetStream.Unpublish.Success', description }),
    };
    yield { type: 'end' };
  }

  *#send(message: RtmpMessage, reason: string): Generator<SessionEvent> {
    this.#phase = 'over';
    yield this.#answer(message);
    yield { type: 'refused', message: reason };
  }

  #status(status: Status): Buffer {
    return writeMessage(statusMessage(this.#stream, status), this.#chunkSize);
  }

  #answer(message: RtmpMessage): SessionEvent {
    return { type: 'answer', bytes: writeMessage(message, this.#chunkSize) };
  }
}

const noPlay = 'this server takes streams, and plays none: watch them through sluice serve';

/** `@setDataFrame` as AMF0, before what it sets. */
const setDataFrame = Buffer.concat([Buffer.from([2, 0, 13]), Buffer.from('@setDataFrame')]);
const onMetaData = Buffer.concat([Buffer.from([2, 0, 10]), Buffer.from('onMetaData')]);

/** What a data message says of the media, as FLV has it; undefined: it says something else. */
function metadataIn(payload: Buffer): Buffer | undefined {
  const isSet = payload.subarray(0, setDataFrame.length).equals(setDataFrame);
  const script = isSet ? payload.subarray(setDataFrame.length) : payload;
  return script.subarray(0, onMetaData.length).equals(onMetaData) ? script : undefined;
}
