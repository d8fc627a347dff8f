/** The own reader of HTTP requests beside Node's parser: the same bytes, the same requests, whatever the pieces in which they come. */
import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../random.ts';
import { mostMemory, type Target } from '../target.ts';
import { hostileRequest } from './requests.ts';
import { activity, answerHeld, createReader, type Reader, type Seen } from './servers.ts';

/** One connection: requests that follow each other on it, and the pieces in which they come. */
export interface Connection {
  readonly requests: readonly Buffer[];
  /** `each` request is a piece; `once`: all of them are one; `at`: the same, cut at this byte; `bytes`: each byte; `everywhere`: cut at each byte in turn. */
  readonly pieces: 'each' | 'once' | 'at' | 'bytes' | 'everywhere';
  readonly at: number;
  /** The viewer says that he sends no more. */
  readonly ends: boolean;
  /** All pieces are there before the first is answered. */
  readonly hurries: boolean;
}

const connections = 100;
/** Longer streams are not cut everywhere: that takes as many connections as they have bytes. */
const cutEverywhere = 1500;

function anyConnection(random: Random): Connection {
  const requests = Array.from({ length: 1 + random.small(6) }, () => hostileRequest(random));
  const bytes = requests.reduce((sum, { length }) => sum + length, 0);
  const way = random.below(1000);
  const pieces =
    way < 400
      ? 'each'
      : way < 550
        ? 'once'
        : way < 965 || bytes > cutEverywhere
          ? 'at'
          : way < 994
            ? 'bytes'
            : 'everywhere';
  return {
    requests,
    pieces,
    at: random.below(bytes + 1),
    ends: random.chance(0.3),
    hurries: bytes < 4000 && random.chance(0.3),
  };
}

/** `spoil` changes what the reader gets that is compared with Node's: to see that differences are found. */
export async function openHttp(spoil = (bytes: Buffer): Buffer => bytes): Promise<Target<Connection>> {
  const [ours, nodes] = [createReader(true), createReader(false)];
  return {
    name: 'http',
    unit: 'requests',
    short: 4000,
    limit: 60_000,
    memory: mostMemory,
    make: (random) => Array.from({ length: connections }, () => anyConnection(random)),
    count: (items) => items.reduce((sum, { requests }) => sum + requests.length, 0),
    async judge(items) {
      const faults: string[] = [];
      for (const item of items) {
        for (const pieces of piecesOf(item)) {
          const [a, b] = await both([ours, nodes], pieces, item, spoil);
          if (!agree(a, b, item.hurries))
            faults.push(`the fast path takes ${textOf(pieces)} for ${textOf(a)}, Node for ${textOf(b)}`);
        }
      }
      return faults;
    },
    async close() {
      ours.close();
      nodes.close();
    },
  };
}

/**
 * Where a request is refused, or was the last, the connection ends, and answers that were under way may be cut off. What had hurried to be
 * there by then is seen or is not. That is all in which two may differ.
 */
function agree(ours: Seen, nodes: Seen, hurries: boolean): boolean {
  if (ours.isOpen || nodes.isOpen) return isDeepStrictEqual(ours, nodes);
  const given = [ours, nodes].map(({ statuses }) => statuses.filter((status) => status < '400'));
  const requests = hurries
    ? alike(ours.requests, nodes.requests)
    : isDeepStrictEqual(ours.requests, nodes.requests);
  return requests && alike(given[0]!, given[1]!);
}

/** One of them begins with the other. */
function alike(one: readonly string[], other: readonly string[]): boolean {
  const common = Math.min(one.length, other.length);
  return isDeepStrictEqual(one.slice(0, common), other.slice(0, common));
}

function piecesOf({ requests, pieces, at }: Connection): readonly (readonly Buffer[])[] {
  const all = Buffer.concat(requests);
  const cut = (place: number) =>
    [all.subarray(0, place), all.subarray(place)].filter(({ length }) => length > 0);
  if (pieces === 'each') return [requests.filter(({ length }) => length > 0)];
  if (pieces === 'once') return [cut(0)];
  if (pieces === 'at') return [cut(Math.min(at, all.length))];
  if (pieces === 'bytes') return [Array.from(all, (_, index) => all.subarray(index, index + 1))];
  return Array.from(all, (_, place) => cut(place));
}

/** Turns of the loop in which nothing happens, after which nothing will: there are no timers in this. */
const quietTurns = 2;

async function both(
  readers: readonly [Reader, Reader],
  pieces: readonly Buffer[],
  { ends, hurries }: Connection,
  spoil: (bytes: Buffer) => Buffer,
): Promise<readonly [Seen, Seen]> {
  const [ours, nodes] = [readers[0].open(), readers[1].open()];
  for (const piece of pieces) {
    ours.push(spoil(piece));
    nodes.push(piece);
    if (hurries) continue;
    await turn();
    answerHeld();
  }
  await quiet();
  if (ends) {
    ours.end();
    nodes.end();
    await quiet();
  }
  return [ours.finish(), nodes.finish()];
}

async function quiet(): Promise<void> {
  for (let turns = 0; turns < quietTurns; turns += 1) {
    const before = activity.count;
    await turn();
    answerHeld();
    if (activity.count !== before) turns = -1;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function textOf(what: Seen | readonly Buffer[]): string {
  const plain = Array.isArray(what) ? what.map((piece: Buffer) => piece.toString('latin1')) : what;
  return JSON.stringify(plain).slice(0, 3000);
}
