/** Connections of RTMP that begin as they should, and go on with what senders do not say. */
import type { AmfValue } from '../../../src/live/ingest/rtmp/amf0.ts';
import { ChunkSender, clientHandshake } from '../../support/rtmp.ts';
import { names } from '../nasty.ts';
import type { Random } from '../random.ts';

/** One connection: what is right, what comes behind it, and where the bytes are cut. */
export interface HostileConnection {
  /** Handshake, commands, and some media. */
  readonly healthy: Buffer;
  readonly hostile: Buffer;
  readonly cuts: readonly number[];
}

const commands = [
  ...['connect', 'createStream', 'publish', 'play', 'deleteStream', 'FCUnpublish', 'releaseStream'],
  ...['onStatus', '_result', '@setDataFrame', 'onMetaData', '', '__proto__'],
];

/** As many pictures as healthy connections have; their payloads say which they are. */
export const healthyTags = 3;
export const healthyPayload = (index: number): Buffer => Buffer.from(`picture ${index}`.padEnd(200, '.'));

export function hostileConnection(random: Random): HostileConnection {
  const sender = new ChunkSender();
  const begun = [clientHandshake, sender.publish('cam?key=k')];
  for (let index = 0; index < healthyTags; index += 1)
    begun.push(sender.media(9, index * 40, healthyPayload(index)));
  const hostile = Array.from({ length: 1 + random.small(6) }, () => hostilePiece(random, sender));
  const cuts = Array.from({ length: random.small(8) }, () => random.word());
  return { healthy: Buffer.concat(begun), hostile: Buffer.concat(hostile), cuts };
}

function hostilePiece(random: Random, sender: ChunkSender): Buffer {
  switch (random.below(7)) {
    case 0:
      return random.bytes(random.small(300));
    case 1:
      return rawChunk(random);
    case 2:
      return sender.command(random.pick(commands), random.below(9), amf(random, 0), random.pick(names));
    case 3:
      return spoilt(random, sender.command('publish', 5, amf(random, 0), random.pick(names), 'live'));
    case 4:
      return spoilt(
        random,
        sender.media(random.pick([8, 9, 15, 17, 18, 20, 22]), random.word(), random.bytes(random.small(500))),
      );
    case 5:
      return sender.setChunkSize(random.pick([1, 2, 127, 4096, 65_536, 0x7fffffff, 0x80000000, 0]) || 1);
    default:
      return sender.bytes({
        chunkStream: random.pick([2, 3, 63, 64, 319, 320, 65_599]),
        type: random.below(24),
        stream: random.word(),
        timestamp: random.pick([0, 1, 0xfffffe, 0xffffff, 0x1000000, 0xffffffff]),
        payload: random.bytes(random.small(40)),
      });
  }
}

/** A head of any kind, with lengths and times that may be anything. */
function rawChunk(random: Random): Buffer {
  const head = Buffer.concat([Buffer.from([random.below(256)]), random.bytes(random.pick([0, 3, 7, 11]))]);
  const lengths = ['ffffff', '800000', '000000', '00ffff', '010001'];
  if (head.length >= 7) Buffer.from(random.pick(lengths), 'hex').copy(head, 4);
  return Buffer.concat([head, random.bytes(random.small(200))]);
}

function spoilt(random: Random, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (let times = random.small(4); times > 0; times -= 1)
    changed[random.below(changed.length)] = random.below(256);
  return random.chance(0.3) ? changed.subarray(0, random.below(changed.length)) : changed;
}

function amf(random: Random, depth: number): AmfValue {
  switch (random.below(depth > 10 ? 5 : 8)) {
    case 0:
      return random.word();
    case 1:
      return null;
    case 2:
      return undefined;
    case 3:
      return random.pick(names);
    case 4:
      return random.chance(0.1) ? 'x'.repeat(70_000) : true;
    case 5:
      return Array.from({ length: random.small(depth === 0 ? 600 : 3) }, () => amf(random, depth + 4));
    default:
      // Deep rather than wide: an object in an object, perhaps more than anybody reads.
      return { [random.pick(names)]: amf(random, depth + 1), app: random.pick(names) };
  }
}
