/** Record batches as a broker may send them: decoded, or refused, by what they have and not by what they say. */
import { Backoff } from '../../../src/kafka/cluster/backoff.ts';
import { StatusReporter } from '../../../src/kafka/cluster/status.ts';
import { newCursor, type Part } from '../../../src/kafka/consume/cursor.ts';
import { type DecodedPart, decodePart } from '../../../src/kafka/consume/part.ts';
import { type ConsumedRecord, KafkaError } from '../../../src/kafka/contract.ts';
import { FramePool } from '../../../src/kafka/wire/frame-pool.ts';
import { mostMemory, type Target } from '../target.ts';
import { atOffset, goodBatches, hostileBatch } from './hostile-batches.ts';

const caseSize = 200;
/** What a consumer decodes at a time. */
const mostExpanded = 4 * 1024 * 1024;

/** `decode`: to see that faults of a decoder are found. */
export async function openBatches(decode = decodePart): Promise<Target<Buffer>> {
  const good = await goodBatches();
  const pool = new FramePool(8 * 1024 * 1024);
  return {
    name: 'batches',
    unit: 'batches',
    short: 600,
    limit: 60_000,
    memory: mostMemory,
    make: (random) => Array.from({ length: caseSize }, () => hostileBatch(good, random)),
    count: (items) => items.length,
    async judge(items) {
      const faults: string[] = [];
      for (const [index, item] of items.entries()) {
        const before = atOffset(good[index % good.length]!, 0);
        for (const fault of await judgePart(partOf(before, item), (part) =>
          decode(part, 'T', mostExpanded, pool),
        ))
          faults.push(`batch ${index}: ${fault}`);
      }
      return faults;
    },
    close: async () => {},
  };
}

/** The good batch of five records comes first, whatever follows it. */
async function judgePart(part: Part, decode: (part: Part) => Promise<DecodedPart>): Promise<string[]> {
  const faults: string[] = [];
  const offsets: number[] = [];
  let rest: Part | undefined = part;
  for (let times = 0; rest !== undefined; times += 1) {
    if (times > 1000) return ['decoding does not come to an end'];
    const decoded = await decode(rest);
    offsets.push(...decoded.records.map(({ offset }) => offset));
    faults.push(...decoded.records.flatMap((record) => oddity(record, part.frame.bytes) ?? []));
    const { error } = decoded;
    if (error !== undefined && !(error.cause instanceof KafkaError))
      faults.push(`it is refused by ${String(error.cause)}`);
    decoded.free();
    const fetched = { ...part.fetched, start: decoded.rest ?? 0 };
    rest = decoded.rest === undefined ? undefined : { ...part, from: decoded.nextOffset, fetched };
  }
  if (offsets.slice(0, 5).join() !== '0,1,2,3,4')
    faults.push(`of the good batch came ${offsets.slice(0, 5).join()}`);
  if (offsets.some((offset, index) => index > 0 && offset <= offsets[index - 1]!))
    faults.push('offsets do not rise');
  return faults;
}

/** What a record must not be, whoever wrote it. */
function oddity(
  { offset, timestamp, headerCount, headers, value }: ConsumedRecord,
  frame: Buffer,
): string | undefined {
  if (!Number.isSafeInteger(offset) || offset < 0) return `a record at offset ${offset}`;
  if (!Number.isFinite(timestamp)) return `a record of time ${timestamp}`;
  if (headers.length > 64 || headerCount < headers.length)
    return `${headers.length} of ${headerCount} headers`;
  if (value !== null && value.length > 128 * 1024 * 1024 + frame.length)
    return `a value of ${value.length} bytes`;
  return undefined;
}

function partOf(...batches: readonly Buffer[]): Part {
  const bytes = Buffer.concat(batches);
  const reporter = new StatusReporter(() => {});
  const backoff = new Backoff({
    what: 'read',
    signal: new AbortController().signal,
    giveUpAfter: undefined,
    reporter,
  });
  const cursor = newCursor(0, 0, Number.POSITIVE_INFINITY, backoff);
  const places = {
    errorCode: 0,
    highWatermark: 100,
    logStartOffset: 0,
    preferredReplica: -1,
    divergence: undefined,
  };
  const fetched = { topicId: '', partition: 0, ...places, start: 0, end: bytes.byteLength };
  return { cursor, generation: 0, from: 0, frame: { bytes, release: () => {} }, fetched };
}
