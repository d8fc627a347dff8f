/**
 * One track out of what carries picture and sound together, for players that take one only (ISO/IEC 14496-12, 8.8). Pure: bytes are
 * copied, never written to. Everything throws FormatError for what is no CMAF.
 */
import { FormatError } from '../../errors.ts';
import { type Box, boxesIn, readBoxHead, requiredBox } from '../../live/mp4/box.ts';
import { Fields } from '../../live/mp4/fields.ts';
import { readMovie, type Track } from '../../live/mp4/movie.ts';

export type TrackKind = Track['kind'];

/** The first track of a kind in an init; undefined without one. */
export function trackOf(init: Buffer, kind: TrackKind): Track | undefined {
  return readMovie(requiredBox(init, 'moov')).tracks.find((track) => track.kind === kind);
}

/**
 * An init that announces this track and no other. `amongOthers`: for segments that have others too. The defaults of those stay, without which FFmpeg
 * takes their samples for this one's, or the segment for broken.
 */
export function initOfTrack(init: Buffer, track: Track, amongOthers = false): Buffer {
  const isOther = ({ type, body }: Box): boolean =>
    (type === 'trak' && idIn('tkhd', requiredBox(body, 'tkhd')) !== track.id) ||
    (type === 'trex' && !amongOthers && idIn('trex', body) !== track.id);
  const without = (body: Buffer): Buffer[] =>
    [...boxesIn(body)]
      .filter((box) => !isOther(box))
      .map((box) => boxOf(box.type, box.type === 'mvex' ? without(box.body) : [box.body]));
  return Buffer.concat(
    [...boxesIn(init)].map(({ type, body }) => boxOf(type, type === 'moov' ? without(body) : [body])),
  );
}

/** Of a run of `moof` and `mdat` the samples of this track alone; empty where it has none. */
export function samplesOfTrack(bytes: Buffer, track: Track): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = readBoxHead(bytes, at);
    if (head === undefined || head.size > bytes.length - at) throw new FormatError('a box is cut off');
    if (head.type === 'moof') {
      kept.push(
        ...fragmentOfTrack(bytes.subarray(at), bytes.subarray(at + head.head, at + head.size), track),
      );
    }
    at += head.size;
  }
  return Buffer.concat(kept);
}

/** `from`: the bytes from the moof on, where its runs count from. `mdat` has nothing but this track's samples. */
function fragmentOfTrack(from: Buffer, moof: Buffer, track: Track): Buffer[] {
  const trafs = [...boxesIn(moof)].filter(
    ({ type, body }) => type === 'traf' && idIn('tfhd', requiredBox(body, 'tfhd')) === track.id,
  );
  if (trafs.length === 0) return [];
  const head = boxOf('mfhd', [requiredBox(moof, 'mfhd')]);
  const copies = trafs.map(({ body }) => boxOf('traf', [body]));
  let position = copies.reduce((sum, { length }) => sum + length, headBytes + head.length) + headBytes;
  const samples: Buffer[] = [];
  for (const copy of copies) {
    for (const { trun, size } of runsIn(copy.subarray(headBytes), track)) {
      const begin = trun.readInt32BE(offsetAt);
      if (begin < 0 || begin + size > from.length) throw new FormatError('a run is not where its moof says');
      samples.push(from.subarray(begin, begin + size));
      trun.writeInt32BE(position, offsetAt);
      position += size;
    }
  }
  return [boxOf('moof', [head, ...copies]), boxOf('mdat', samples)];
}

interface TrackRun {
  /** The body of `trun`. */
  readonly trun: Buffer;
  /** Bytes of its samples. */
  readonly size: number;
}

/** Where the body of a `trun` says where its samples begin: behind flags and count. */
const offsetAt = 8;
const headBytes = 8;

function runsIn(traf: Buffer, track: Track): TrackRun[] {
  const head = new Fields('tfhd', requiredBox(traf, 'tfhd'));
  const { flags } = head.versionAndFlags();
  if (flags & 0x01) throw new FormatError('a fragment counts positions from the beginning of its file');
  head.skip(4);
  if (flags & 0x02) head.skip(4);
  if (flags & 0x08) head.skip(4);
  const size = flags & 0x10 ? head.uint32() : track.defaults.size;
  return [...boxesIn(traf)]
    .filter(({ type }) => type === 'trun')
    .map(({ body }) => ({ trun: body, size: sizeOf(body, size) }));
}

function sizeOf(trun: Buffer, defaultSize: number): number {
  const fields = new Fields('trun', trun);
  const { flags } = fields.versionAndFlags();
  const count = fields.uint32();
  if ((flags & 0x01) === 0) throw new FormatError('a run does not say where its samples are');
  fields.skip(4);
  if (flags & 0x04) fields.skip(4);
  if ((flags & 0x200) === 0) return count * defaultSize;
  const before = flags & 0x100 ? 4 : 0;
  const behind = (flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
  let sum = 0;
  for (let sample = 0; sample < count; sample += 1) {
    fields.skip(before);
    sum += fields.uint32();
    fields.skip(behind);
  }
  return sum;
}

/** The track's id in a `tkhd`, a `trex` or a `tfhd`. */
function idIn(type: 'tkhd' | 'trex' | 'tfhd', body: Buffer): number {
  const fields = new Fields(type, body);
  const { version } = fields.versionAndFlags();
  if (type === 'tkhd') fields.skip(version === 1 ? 16 : 8);
  return fields.uint32();
}

function boxOf(type: string, bodies: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(
    bodies.reduce((sum, { length }) => sum + length, headBytes),
    0,
  );
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...bodies]);
}
