/**
 * Writing into a temporary file at any place. Most file systems take bytes behind the end of a file. Some by FUSE (FAT, stores of
 * objects) take none, or take them and give back others: there the bytes go one after the other, behind zeros that fill what has not
 * come yet.
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
function isInTurn({ calls, refusals }: WriteOptions, part: OpenPart): boolean {
  return calls.ordersWrites || part.turn !== undefined || refusals.has('gaps');
}

/** True where zeros are written as other bytes are. */
export function hasNoHoles({ calls, refusals }: WriteOptions, part: OpenPart): boolean {
  return refusals.has('holes') || refusals.has('gaps') || (part.turn !== undefined && !calls.ordersWrites);
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
  return inTurn(part, async () => {
    let { size } = await calls.look(part.descriptor);
    for (; size < position; size += BigInt(filler)) {
      const zeros = new Uint8Array(Math.min(filler, position - Number(size)));
      await calls.write(part.descriptor, zeros, Number(size));
    }
    await calls.write(part.descriptor, bytes, position);
  });
}

/** Makes the file so long, unless it is; for where writes go one after the other. */
export function extendInTurn({ calls }: WriteOptions, part: OpenPart, end: number): Promise<void> {
  return inTurn(part, async () => {
    const { size } = await calls.look(part.descriptor);
    if (size < end) await calls.resize(part.descriptor, end);
  });
}

function inTurn(part: OpenPart, work: () => Promise<void>): Promise<void> {
  const before = part.turn;
  const run = async (): Promise<void> => {
    await before?.catch(() => {});
    // Those that began before: zeros must not come over their bytes.
    await Promise.allSettled(part.writing);
    await work();
  };
  part.turn = run();
  return part.turn;
}
