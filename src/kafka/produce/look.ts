/** PURE. A look at the content of a batch: does it promise to become smaller? */
import type { NewRecord } from '../contract.ts';

const windows = 16;
const windowBytes = 256;
const sampleBytes = windows * windowBytes;
/** What so few bytes could gain is not worth a change of threads. */
const tooFewToGain = 1024;
/**
 * Bits per byte. Images, video and archives have more than 7.9. An entropy coder alone makes of n bits n/8 of a byte, so that
 * below this at least a sixteenth is gained.
 */
const promising = 7.5;

const counts = new Uint32Array(256);

/**
 * True when the bytes of 16 places, spread evenly over the values, are uneven enough. What only repeats itself at a distance,
 * each byte being as frequent as any other, is not found out.
 */
export function looksCompressible(values: readonly NewRecord['value'][]): boolean {
  const pieces = values.flatMap((value) => value ?? []);
  let total = 0;
  for (const piece of pieces) total += piece.byteLength;
  if (total < tooFewToGain) return false;
  counts.fill(0);
  const fits = total <= sampleBytes;
  if (fits) for (const piece of pieces) count(piece, 0, piece.byteLength);
  else countWindows(pieces, total);
  return entropy(fits ? total : sampleBytes) < promising;
}

/**
 * True when the bytes of 16 places of each value are zeros: a hole of a file, or as good as one. Of others it costs a look at a byte or two.
 */
export function looksEmpty(values: readonly NewRecord['value'][]): boolean {
  let total = 0;
  for (const value of values.flatMap((pieces) => pieces ?? [])) {
    total += value.byteLength;
    const last = value.byteLength - 1;
    for (let place = 0; place < windows; place += 1)
      if (value[Math.floor((place * last) / (windows - 1))] !== 0) return false;
  }
  return total >= tooFewToGain;
}

function count(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at += 1) counts[bytes[at]!]! += 1;
}

/** Windows may lie over the end of one piece and the beginning of the next. */
function countWindows(pieces: readonly Uint8Array[], total: number): void {
  const distance = (total - windowBytes) / (windows - 1);
  let begin = 0;
  let window = 0;
  for (const piece of pieces) {
    const end = begin + piece.byteLength;
    while (window < windows) {
      const from = Math.floor(window * distance);
      count(piece, Math.max(0, from - begin), Math.min(from + windowBytes, end) - begin);
      if (from + windowBytes > end) break;
      window += 1;
    }
    begin = end;
  }
}

/** Bits per byte of what has been counted, corrected for the sample being small (Miller and Madow, 1955). */
function entropy(counted: number): number {
  let bits = counted * Math.log2(counted);
  let different = 0;
  for (let value = 0; value < 256; value += 1) {
    const times = counts[value]!;
    if (times === 0) continue;
    different += 1;
    bits -= times * Math.log2(times);
  }
  return (bits + (different - 1) / (2 * Math.LN2)) / counted;
}
