/** Whether two files hold the same. */
import { constants } from 'node:fs';
import type { DiskCalls } from './calls.ts';

/** Bytes of each that are compared at a time. */
const piece = 256 * 1024;

/** Two files of one size. */
export async function hasSameBytes(calls: DiskCalls, one: string, other: string): Promise<boolean> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  const first = await calls.open(one, flags);
  try {
    const second = await calls.open(other, flags);
    try {
      const [left, right] = [Buffer.allocUnsafe(piece), Buffer.allocUnsafe(piece)];
      for (let at = 0; ; ) {
        const [some, more] = [await fill(calls, first, left, at), await fill(calls, second, right, at)];
        if (Buffer.compare(left.subarray(0, some), right.subarray(0, more)) !== 0) return false;
        if (some < piece) return true;
        at += some;
      }
    } finally {
      await calls.close(second);
    }
  } finally {
    await calls.close(first);
  }
}

async function fill(calls: DiskCalls, file: number, into: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const read = await calls.read(file, into.subarray(filled), position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
