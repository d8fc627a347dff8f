/** Few bytes that become many: each for one of Kafka's ways to compress. */
import { gzipSync } from 'node:zlib';
import type { Random } from '../random.ts';

/** Zstandard (RFC 8878): a frame of blocks that each repeat one byte 128 KiB times. The window may be claimed to be larger than that. */
function zstdBomb(blocks: number, windowLog: number): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (windowLog - 10) << 3]);
  const all = Buffer.alloc(blocks * 4);
  for (let index = 0; index < blocks; index += 1) {
    const isLast = index === blocks - 1 ? 1 : 0;
    all.writeUIntLE(((128 * 1024) << 3) | (1 << 1) | isLast, index * 4, 3);
  }
  return Buffer.concat([head, all]);
}

/** LZ4: a match whose length goes on for as many bytes as there are. */
function lz4Bomb(bytes: number): Buffer {
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0]);
  const block = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), Buffer.alloc(bytes, 255), Buffer.from([0])]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  return Buffer.concat([head, size, block, Buffer.alloc(4)]);
}

/** Snappy: a claim of 4 GB, and copies of 64 bytes from 1 byte back. */
function snappyBomb(copies: number): Buffer {
  const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]);
  const copy = Buffer.from([(63 << 2) | 2, 1, 0]);
  return Buffer.concat([claim, Buffer.from([0, 0]), Buffer.alloc(copies * 3, copy)]);
}

const member = gzipSync(Buffer.alloc(4 * 1024 * 1024));

/** Codec's number -> one that becomes some megabytes, up to some hundred of them if it is `large`. */
export const bombs: ReadonlyMap<number, (random: Random, large: boolean) => Buffer> = new Map([
  [
    1,
    (random: Random, large: boolean) =>
      Buffer.concat(Array<Buffer>(large ? 60 : random.between(1, 4)).fill(member)),
  ],
  [2, (random: Random, large: boolean) => snappyBomb(large ? 3_000_000 : random.between(1, 50_000))],
  [3, (random: Random, large: boolean) => lz4Bomb(large ? 900_000 : random.between(1, 20_000))],
  [
    4,
    (random: Random, large: boolean) =>
      zstdBomb(large ? 4000 : random.between(1, 60), random.between(10, 31)),
  ],
]);
