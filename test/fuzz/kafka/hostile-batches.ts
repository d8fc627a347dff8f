/** Record batches that are nearly right: real ones of each codec, spoiled, with a checksum that says that they are not. */
import { crc32c } from '@node-rs/crc32';
import { batchHeaderBytes } from '../../../src/kafka/batch.ts';
import type { NewRecord } from '../../../src/kafka/contract.ts';
import { encodeBatch, encodeCompressedBatch, encodeRecords } from '../../../src/kafka/wire/batch-encode.ts';
import { type Codec, codecs, createCompressor } from '../../../src/kafka/wire/compress.ts';
import { mutated } from '../nasty.ts';
import type { Random } from '../random.ts';
import { bombs } from './bombs.ts';

const identity = { producerId: 1n, epoch: 0, sequence: 0 };

/** Good batches of some records each, by codec: `none` and Kafka's four. */
export async function goodBatches(): Promise<readonly Buffer[]> {
  const records: NewRecord[] = Array.from({ length: 5 }, (_, index) => ({
    key: index % 2 === 0 ? null : Buffer.from(`key ${index}`),
    headers: [['name', Buffer.from(`header ${index}`)]],
    value: Buffer.alloc(200, `value ${index} `),
  }));
  const batches = [Buffer.concat(encodeBatch(records, 1_700_000_000_000, identity).pieces)];
  for (const codec of Object.keys(codecs) as Codec[]) {
    const compressor = createCompressor(codec);
    const compressed = await compressor.compress(encodeRecords(records));
    compressor.close();
    if (compressed === undefined) throw new Error(`${codec} makes nothing smaller`);
    batches.push(
      Buffer.concat(encodeCompressedBatch(compressed, records.length, 1_700_000_000_000, identity).pieces),
    );
  }
  return batches;
}

export function atOffset(batch: Buffer, offset: number): Buffer {
  const bytes = Buffer.from(batch);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  return bytes;
}

const numbers = [0, 1, -1, 2, 5, 6, 127, 128, 2 ** 31 - 1, -(2 ** 31), 65_536, 1_000_000];
/** Where the fields of a batch's head stand that are numbers of 32 bits. */
const fields = [8, 12, 23, 27, 31, 35, 39, 43, 47, 53, 57];

/** Puts the length and the checksum right, so that what else is wrong is looked at. */
function resealed(batch: Buffer): Buffer {
  if (batch.length < batchHeaderBytes) return batch;
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

export function hostileBatch(good: readonly Buffer[], random: Random): Buffer {
  // Mostly right behind the good batch that comes first.
  const batch = atOffset(random.pick(good), random.pick([5, 5, 5, 5, 5, 5, 0, 3, 7, 2 ** 40]));
  const head = batch.subarray(0, batchHeaderBytes);
  const way = random.below(100);
  if (way < 2) return withRecords(head, random, random.chance(0.05));
  if (way < 20) {
    batch.writeInt32BE(random.pick(numbers), random.pick(fields));
    return random.chance(0.5) ? batch : resealed(batch);
  }
  if (way < 30) {
    batch[22]! = random.below(256);
    return resealed(batch);
  }
  if (way < 85) {
    let records = batch.subarray(batchHeaderBytes);
    for (let more = 1 + random.small(4); more > 0; more -= 1) records = mutated(records, random);
    return resealed(Buffer.concat([head, records]));
  }
  return mutated(batch, random);
}

function withRecords(head: Buffer, random: Random, large: boolean): Buffer {
  const [codec, bomb] = random.pick([...bombs]);
  const batch = Buffer.concat([head, bomb(random, large)]);
  batch[22] = codec;
  return resealed(batch);
}
