/** Runs of zeros in bytes on their way to a file, where a hole serves as well. Pure. */

/** A stretch of bytes, relative to their beginning: of zeros alone, or to be written. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly isZero: boolean;
}

/** Bytes looked at as one, beginning at multiples of it in the file: what most file systems give room to as one. */
const block = 4096;
/** Shorter runs between data are written: a hole costs a call, and the file its being in one piece. At either end they may be part of a longer one. */
const shortest = 8 * block;

const zeros = Buffer.alloc(block);

/** The bytes as runs in their order; undefined, and quick to find out, where there is no hole to be had. */
export function runsOf(bytes: Uint8Array, position: number): readonly Run[] | undefined {
  const runs: Run[] = [];
  const { length } = bytes;
  let done = 0;
  let from: number | undefined;
  const endRun = (to: number): void => {
    if (from !== undefined && (from === 0 || to === length || to - from >= shortest)) {
      if (from > done) runs.push({ from: done, to: from, isZero: false });
      runs.push({ from, to, isZero: true });
      done = to;
    }
    from = undefined;
  };
  // The rest of a block at either end belongs to the bytes before or after these, which may be zeros as well.
  let to = Math.min(length, block - (position % block));
  for (let at = 0; at < length; at = to, to = Math.min(length, at + block)) {
    if (isZero(bytes, at, to)) from ??= at;
    else if (from !== undefined) endRun(at);
  }
  endRun(length);
  if (runs.length === 0) return undefined;
  if (done < length) runs.push({ from: done, to: length, isZero: false });
  return runs;
}

/** At most a block. Almost all that are not zero are found by three bytes, without a call. */
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] !== 0 || bytes[to - 1] !== 0 || bytes[(from + to) >> 1] !== 0) return false;
  return zeros.compare(bytes, from, to, 0, to - from) === 0;
}
