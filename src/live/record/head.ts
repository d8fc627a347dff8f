/**
 * The head of a recorded file: the stream's `ftyp` and `moov`, with room for what is known only at its end: how long it lasts (`mehd`,
 * ISO/IEC 14496-12, 8.8.2) and where its segments stand (`sidx`, 8.16.3). The room is `free` boxes until then, so that a file whose
 * recording was cut off plays as well. Pure.
 */
import { FormatError } from '../../errors.ts';
import { optionalBox, requiredBox } from '../mp4/box.ts';

/** A head, and where its rooms are. */
export interface Head {
  readonly bytes: Buffer;
  /** Of the whole box that becomes `mehd`; undefined: the `moov` says already how long it lasts, or what it says is in the way. */
  readonly durationAt: number | undefined;
  /** Ticks a second of `mehd`. */
  readonly timescale: number;
  readonly indexAt: number;
}

const durationRoom = 16;
/** Entries of the index that there is room for; longer films have an entry for several segments. */
export const mostEntries = 1024;
/** Head of `sidx` in version 1, its entries, and the head of a `free` behind it. */
const indexHead = 40;
const entrySize = 12;
export const indexRoom = indexHead + mostEntries * entrySize + 8;

/** Throws FormatError when `init` is no `ftyp` and `moov`. */
export function makeHead(init: Buffer): Head {
  const moov = requiredBox(init, 'moov');
  const mvex = requiredBox(moov, 'mvex');
  const timescale = timescaleOf(requiredBox(moov, 'mvhd'));
  const insertAt = mvex.byteOffset - init.byteOffset;
  const hasDuration = optionalBox(mvex, 'mehd') !== undefined;
  const room = hasDuration ? Buffer.alloc(0) : free(durationRoom);
  const body = Buffer.concat([init.subarray(0, insertAt), room, init.subarray(insertAt)]);
  if (!hasDuration) {
    for (const box of [moov, mvex]) {
      const sizeAt = box.byteOffset - init.byteOffset - 8;
      if (body.readUInt32BE(sizeAt) !== box.length + 8) throw new FormatError('a moov is larger than 4 GiB');
      body.writeUInt32BE(box.length + 8 + durationRoom, sizeAt);
    }
  }
  return {
    bytes: Buffer.concat([body, free(indexRoom)]),
    durationAt: hasDuration ? undefined : insertAt,
    timescale,
    indexAt: body.length,
  };
}

/** `mehd`, as large as its room; undefined where 32 bits do not hold the duration. */
export function encodeDuration(seconds: number, timescale: number): Buffer | undefined {
  const ticks = Math.round(seconds * timescale);
  if (ticks >= 2 ** 32) return undefined;
  const box = free(durationRoom);
  box.write('mehd', 4, 'latin1');
  box.writeUInt32BE(ticks, 12);
  return box;
}

/** A segment in a file. */
export interface IndexedRun {
  /** Bytes. */
  readonly size: number;
  /** Ticks of the main track. */
  readonly duration: number;
}

/**
 * `sidx` of all segments, which stand right behind its room, and `free` up to there. Undefined where it cannot be said: nothing there, or
 * numbers above their fields.
 */
export function encodeIndex(
  runs: readonly IndexedRun[],
  { id, timescale }: { readonly id: number; readonly timescale: number },
): Buffer | undefined {
  const entries = inRoom(runs);
  const fits = entries.every(({ size, duration }) => size < 2 ** 31 && duration < 2 ** 32);
  if (entries.length === 0 || !fits) return undefined;
  const length = indexHead + entries.length * entrySize;
  const box = Buffer.alloc(indexRoom);
  box.writeUInt32BE(length, 0);
  box.write('sidx', 4, 'latin1');
  box.writeUInt8(1, 8);
  box.writeUInt32BE(id, 12);
  box.writeUInt32BE(timescale, 16);
  // Earliest time 0; the first segment is as far behind this box as the rest of the room is long.
  box.writeUInt32BE(indexRoom - length, 32);
  box.writeUInt16BE(entries.length, 38);
  entries.forEach(({ size, duration }, index) => {
    const at = indexHead + index * entrySize;
    box.writeUInt32BE(size, at);
    box.writeUInt32BE(duration, at + 4);
    // Begins with a stream access point of type 1 (a closed group of pictures).
    box.writeUInt32BE(0x90000000, at + 8);
  });
  free(indexRoom - length).copy(box, length);
  return box;
}

/** So many neighbours together that all have room. */
function inRoom(runs: readonly IndexedRun[]): IndexedRun[] {
  const together = Math.ceil(runs.length / mostEntries);
  const entries: IndexedRun[] = [];
  for (let first = 0; first < runs.length; first += together) {
    const some = runs.slice(first, first + together);
    entries.push({
      size: some.reduce((sum, { size }) => sum + size, 0),
      duration: some.reduce((sum, { duration }) => sum + duration, 0),
    });
  }
  return entries;
}

function free(size: number): Buffer {
  const box = Buffer.alloc(size);
  box.writeUInt32BE(size, 0);
  box.write('free', 4, 'latin1');
  return box;
}

function timescaleOf(mvhd: Buffer): number {
  const at = mvhd[0] === 1 ? 20 : 12;
  if (mvhd.length < at + 4) throw new FormatError('box "mvhd" is shorter than its fields');
  return mvhd.readUInt32BE(at);
}
