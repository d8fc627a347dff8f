/**
 * Writing into a temporary file at any place. Most file systems take bytes behind the end of a file; some by FUSE (FAT, stores of
 * objects) take none, and there the bytes go one after the other, behind zeros that fill what has not come yet.
 */
import type { DiskCalls } from './calls.ts';
import type { OpenPart } from './handles.ts';
import { isRefusal, type Refusals } from './refusals.ts';

/** Zeros written at a time. */
const filler = 64 * 1024;

export interface WriteOptions {
  readonly calls: DiskCalls;
  readonly refusals: Refusals;
}

/** True where writes of this file go one after the other. */
export function isInTurn({ refusals }: WriteOptions, part: OpenPart): boolean {
  return part.turn !== undefined || refusals.has('gaps');
}

/** Throws the system's error. */
export async function writeBytes(
  options: WriteOptions,
  part: OpenPart,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  if (isInTurn(options, part)) return writeInTurn(options, part, bytes, position);
  part.end = Math.max(part.end, position + bytes.length);
  const writing = options.calls.write(part.descriptor, bytes, position);
  part.writing.add(writing);
  try {
    await writing;
  } catch (error) {
    if (position === 0 || !isRefusal(error)) throw error;
    await writeInTurn(options, part, bytes, position);
    // Only now it is known what was refused.
    options.refusals.note('gaps', error);
  } finally {
    part.writing.delete(writing);
  }
}

function writeInTurn(
  { calls }: WriteOptions,
  part: OpenPart,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  const before = part.turn;
  const write = async (): Promise<void> => {
    await before?.catch(() => {});
    // Those that began before: zeros must not come over their bytes.
    await Promise.allSettled(part.writing);
    let { size } = await calls.look(part.descriptor);
    for (; size < position; size += BigInt(filler)) {
      const zeros = new Uint8Array(Math.min(filler, position - Number(size)));
      await calls.write(part.descriptor, zeros, Number(size));
    }
    await calls.write(part.descriptor, bytes, position);
  };
  part.turn = write();
  return part.turn;
}
