/** Small fragmented MP4s, made by hand: for tests that need every byte in their power. */

export function box(type: string, ...parts: readonly (Uint8Array | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** 32 bits each. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

export interface MadeTrack {
  readonly id: number;
  readonly kind: 'vide' | 'soun';
  readonly timescale: number;
  /** The sample entry. */
  readonly entry: Buffer;
}

/** 320x180, High profile, level 1.3. */
export function avcTrack(id = 1): MadeTrack {
  const visual = Buffer.alloc(78);
  visual.writeUInt16BE(320, 24);
  visual.writeUInt16BE(180, 26);
  return {
    id,
    kind: 'vide',
    timescale: 15360,
    entry: box('avc1', visual, box('avcC', [1, 0x64, 0, 0x0d, 0xff, 0xe1, 0, 0, 0])),
  };
}

/** AAC, low complexity, 48 kHz. */
export function aacTrack(id = 2): MadeTrack {
  const config = [5, 2, 0x11, 0x90];
  const decoder = [4, 13 + config.length, 0x40, 0x15, ...Array<number>(11).fill(0), ...config];
  const stream = [3, 3 + decoder.length, 0, 0, 0, ...decoder];
  return {
    id,
    kind: 'soun',
    timescale: 48000,
    entry: box('mp4a', Buffer.alloc(28), box('esds', words(0), stream)),
  };
}

/** `ftyp` and `moov`. */
export function madeInit(...tracks: readonly MadeTrack[]): Buffer {
  const traks = tracks.map(({ id, kind, timescale, entry }) => {
    const table = box('stbl', box('stsd', words(0, 1), entry));
    const media = [
      box('mdhd', words(0, 0, 0, timescale, 0, 0)),
      box('hdlr', words(0, 0), Buffer.from(kind), words(0, 0, 0)),
      box('minf', table),
    ];
    return box('trak', box('tkhd', words(0, 0, 0, id), Buffer.alloc(64)), box('mdia', ...media));
  });
  const extends_ = tracks.map(({ id }) => box('trex', words(0, id, 1, 0, 0, 0)));
  return Buffer.concat([box('ftyp', Buffer.from('iso6')), box('moov', ...traks, box('mvex', ...extends_))]);
}

export interface MadeRun {
  readonly id: number;
  readonly time: number;
  readonly samples: number;
  readonly duration: number;
  readonly size: number;
  readonly keyframe?: boolean;
}

/** A `moof` and its `mdat`. */
export function madeFragment(...runs: readonly MadeRun[]): Buffer {
  const trafs = runs.map(({ id, time, samples, duration, size, keyframe = false }) => {
    const tfhd = box('tfhd', words(0x020038, id, duration, size, 0x01010000));
    const trun = keyframe ? words(5, samples, 0, 0x02000000) : words(1, samples, 0);
    return box('traf', tfhd, box('tfdt', words(0x01000000, 0, time)), box('trun', trun));
  });
  const bytes = runs.reduce((sum, { samples, size }) => sum + samples * size, 0);
  return Buffer.concat([
    box('moof', box('mfhd', words(0, 1)), ...trafs),
    box('mdat', Buffer.alloc(bytes, 7)),
  ]);
}

/** A stream as FFmpeg makes it of single pictures: each picture, and two frames of sound, in fragments of their own. */
export function madeStream(pictures: number): Buffer {
  const parts = [madeInit(avcTrack(), aacTrack())];
  for (let picture = 0; picture < pictures; picture++) {
    for (const frame of [2 * picture, 2 * picture + 1]) {
      parts.push(
        madeFragment({ id: 2, time: frame * 1024, samples: 1, duration: 1024, size: 11 + (frame % 5) }),
      );
    }
    const keyframe = picture % 4 === 0;
    parts.push(
      madeFragment({ id: 1, time: picture * 512, samples: 1, duration: 512, size: 40 + picture, keyframe }),
    );
  }
  return Buffer.concat(parts);
}
