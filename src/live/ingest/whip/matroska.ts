/** Encoded pictures and sound as a Matroska stream (RFC 9559) that can be read while it is written: what FFmpeg is handed. As little of the format as that takes. Pure. */
import { element, real, text, unknownLength, whole } from './ebml.ts';

export interface VideoTrack {
  readonly codec: 'h264' | 'vp8';
  readonly width: number;
  readonly height: number;
  readonly configuration?: Buffer;
}

/** Of which it has at least one. The sound is Opus. */
export interface Tracks {
  readonly video?: VideoTrack | undefined;
  readonly sound: boolean;
}

export type TrackName = 'video' | 'sound';

const numbers = { video: 1, sound: 2 } as const;
const codecs = { h264: 'V_MPEG4/ISO/AVC', vp8: 'V_VP8' } as const;
/** What WebRTC's Opus is, whatever its packets hold (RFC 7587, 4.1). */
const sampleRate = 48_000;
/** Opus looks ahead by this many nanoseconds less than a decoder needs to be right (RFC 9559, 12.5). */
const rolling = 80_000_000;

/** What stands before everything else. */
export function streamHead({ video, sound }: Tracks): Buffer {
  const tracks = [...(video === undefined ? [] : [videoTrack(video)]), ...(sound ? [soundTrack] : [])];
  return Buffer.concat([
    element('1a45dfa3', text('4282', 'matroska'), whole('4287', 4), whole('4285', 2)),
    ...[Buffer.from('18538067', 'hex'), unknownLength],
    // Times in milliseconds.
    element('1549a966', whole('2ad7b1', 1_000_000), text('4d80', 'sluice'), text('5741', 'sluice')),
    element('1654ae6b', ...tracks),
  ]);
}

/** A frame, in a cluster of its own: nobody waits for the end of one. `time`: milliseconds since the beginning. */
export function streamFrame(track: TrackName, time: number, isKeyframe: boolean, bytes: Buffer): Buffer {
  const head = Buffer.from([0x80 | numbers[track], 0, 0, isKeyframe ? 0x80 : 0]);
  return element('1f43b675', whole('e7', Math.max(0, Math.round(time))), element('a3', head, bytes));
}

function entry(track: TrackName, type: number, codec: string, rest: readonly Buffer[]): Buffer {
  const number = numbers[track];
  // Without lacing: one frame a block.
  return element(
    'ae',
    ...[whole('d7', number), whole('73c5', number), whole('83', type), whole('9c', 0), text('86', codec)],
    ...rest,
  );
}

function videoTrack({ codec, width, height, configuration }: VideoTrack): Buffer {
  return entry('video', 1, codecs[codec], [
    ...(configuration === undefined ? [] : [element('63a2', configuration)]),
    element('e0', whole('b0', width), whole('ba', height)),
  ]);
}

const soundTrack = entry('sound', 2, 'A_OPUS', [
  whole('56bb', rolling),
  element('63a2', opusHead()),
  element('e1', real('b5', sampleRate), whole('9f', 2)),
]);

/** The identification header (RFC 7845, 5.1): stereo, nothing to be skipped, as loud as it is. */
function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head[8] = 1;
  head[9] = 2;
  head.writeUInt32LE(sampleRate, 12);
  return head;
}
