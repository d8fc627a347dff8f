/** What a broker answers: parsed, or refused, in the time and the memory that its bytes are worth. */
import { readFileSync } from 'node:fs';
import * as codecs from '../../../src/kafka/codecs.ts';
import { KafkaError } from '../../../src/kafka/contract.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/kafka/group/member-bytes.ts';
import { decodeFetch } from '../../../src/kafka/wire/fetch.ts';
import { ResponseReader } from '../../../src/kafka/wire/framing.ts';
import { decodeProduce } from '../../../src/kafka/wire/produce.ts';
import { mutated } from '../nasty.ts';
import type { Random } from '../random.ts';
import { mostMemory, type Target } from '../target.ts';

export interface WrittenAnswer {
  /** By its name in {@link own}. */
  readonly reader: string;
  readonly bytes: Buffer;
}

type Read = (bytes: Buffer) => unknown;
type Parse = (correlationId: number, apiKey: number, apiVersion: number, reader: unknown) => unknown;

/** One of the library's codecs, by the careful reader. */
function parsed(apiKey: number, module: { readonly parseResponse: unknown }): Read {
  return (bytes) => {
    const reader = codecs.readerOf(bytes);
    reader.readTaggedFields();
    const response = (module.parseResponse as Parse)(0, apiKey, 0, reader);
    if (reader.position > bytes.length)
      throw new Error(`it reads ${reader.position} of ${bytes.length} bytes`);
    return response;
  };
}

/** API key -> how its answers are read. */
const byApi: Readonly<Record<number, Read>> = {
  0: (bytes) => decodeProduce(bytes, 13),
  1: (bytes) => decodeFetch(bytes),
  2: parsed(2, codecs.listOffsetsV7),
  3: parsed(3, codecs.metadataV12),
  8: parsed(8, codecs.offsetCommitV8),
  9: parsed(9, codecs.offsetFetchV8),
  10: parsed(10, codecs.findCoordinatorV4),
  11: parsed(11, codecs.joinGroupV9),
  12: parsed(12, codecs.heartbeatV4),
  13: parsed(13, codecs.leaveGroupV5),
  14: parsed(14, codecs.syncGroupV5),
  15: parsed(15, codecs.describeGroupsV5),
  17: parsed(17, codecs.saslHandshakeV1),
  18: parsed(18, codecs.apiVersionsV3),
  19: parsed(19, codecs.createTopicsV7),
  22: parsed(22, codecs.initProducerIdV4),
  32: parsed(32, codecs.describeConfigsV4),
  36: parsed(36, codecs.saslAuthenticateV2),
  61: parsed(61, codecs.describeProducersV0),
};

/** The bytes of a connection, cut into answers, of which one is awaited. */
function framed(bytes: Buffer): void {
  let body = Buffer.alloc(0);
  const reader = new ResponseReader({
    memoryFor(correlationId, length) {
      if (correlationId !== 1 || length < 0 || length > 1_000_000)
        throw new KafkaError('corrupt', 'nobody awaits it');
      body = Buffer.allocUnsafe(length);
      return body;
    },
    complete: () => body,
  });
  for (let at = 0; at < bytes.length; at += 7) {
    const piece = bytes.subarray(at, at + 7);
    reader.push(piece, piece.length);
  }
}

const own: Readonly<Record<string, Read>> = {
  ...Object.fromEntries(Object.entries(byApi).map(([key, read]) => [`api ${key}`, read])),
  subscription: decodeSubscription,
  assignment: decodeAssignment,
  framing: framed,
};

/** Numbers of elements and lengths that are huge, negative, or go round. */
const claims = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0xff, 0xff],
  [0, 0, 0, 0, 0, 0, 0, 0],
].map((bytes) => Buffer.from(bytes));

const caseSize = 1000;
/** Milliseconds that an answer of some kilobytes may take at the most, on a busy machine. */
const longest = 2000;

function readSamples(): ReadonlyMap<string, readonly Buffer[]> {
  const text = readFileSync(new URL('samples.json', import.meta.url), 'utf8');
  const samples = Object.entries(JSON.parse(text) as Record<string, string[]>);
  const assignment = new Map([
    ['topic', [0, 1, 2]],
    ['other', [7]],
  ]);
  const subscription = Buffer.concat([Buffer.from([0, 0, 0, 9, 0, 0, 0, 1]), Buffer.from('hello')]);
  return new Map([
    ...samples.map(([key, known]) => [`api ${key}`, known.map((one) => Buffer.from(one, 'base64'))] as const),
    ['subscription', [encodeSubscription(['topic', 'other'])]],
    ['assignment', [encodeAssignment(assignment)]],
    ['framing', [subscription]],
  ]);
}

function spoilt(sample: Buffer, random: Random): Buffer {
  let bytes = sample;
  for (let more = random.small(5); more > 0; more -= 1) {
    if (random.chance(0.3)) {
      const at = random.below(bytes.length + 1);
      const claim = random.pick(claims);
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        claim,
        bytes.subarray(at + (random.chance(0.5) ? claim.length : 0)),
      ]);
    } else bytes = mutated(bytes, random);
  }
  return bytes;
}

/** Many elements of the same few bytes: what takes time by their number squared shows here. */
function repeated(sample: Buffer, random: Random): Buffer {
  const at = random.below(sample.length + 1);
  const piece = sample.subarray(at, at + random.between(1, 20));
  const many = Buffer.concat(Array<Buffer>(random.pick([100, 5000])).fill(piece));
  return Buffer.concat([
    sample.subarray(0, at),
    random.pick([...claims, Buffer.from([0, 0, 0x13, 0x88]), Buffer.from([0x89, 0x27])]),
    many,
  ]);
}

/** `more` readers: to see that their faults are found. */
export async function openAnswers(more: Readonly<Record<string, Read>> = {}): Promise<Target<WrittenAnswer>> {
  const readers: Readonly<Record<string, Read>> = { ...own, ...more };
  const samples = readSamples();
  const names = Object.keys(readers);
  return {
    name: 'answers',
    unit: 'answers',
    short: 20_000,
    limit: 60_000,
    memory: mostMemory,
    make: (random) =>
      Array.from({ length: caseSize }, () => {
        const reader = random.pick(names);
        const sample = random.pick(samples.get(reader) ?? [random.bytes(random.small(60))]);
        return { reader, bytes: random.chance(0.02) ? repeated(sample, random) : spoilt(sample, random) };
      }),
    count: (items) => items.length,
    judge: async (items) =>
      items.flatMap(({ reader, bytes }) => judgeOne(reader, readers[reader]!, bytes) ?? []),
    close: async () => {},
  };
}

function judgeOne(name: string, read: Read, bytes: Buffer): string | undefined {
  const began = performance.now();
  try {
    read(bytes);
  } catch (error) {
    if (!(error instanceof Error)) return `${name} throws ${String(error)}`;
    // What is our own says so; the library's errors are translated by whoever calls it.
    const isOwn = !name.startsWith('api ') || name === 'api 0' || name === 'api 1';
    if (isOwn && !(error instanceof KafkaError)) return `${name} throws ${error.stack}`;
    if (/it reads/.test(error.message)) return `${name}: ${error.message}`;
  }
  const took = performance.now() - began;
  return took > longest ? `${name} takes ${Math.round(took)} ms for ${bytes.length} bytes` : undefined;
}
