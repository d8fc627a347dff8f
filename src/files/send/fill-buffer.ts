/** Reading a file into memory of ours. */
import type { OpenFile } from '../../stores/contract.ts';

/** Reads until the buffer is full or the file ends; resolves with how much came. */
export async function fillBuffer(handle: OpenFile, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const read = await handle.read(buffer.subarray(filled), position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
