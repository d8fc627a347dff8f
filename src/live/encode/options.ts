/** What an encoder is asked for. Lengths of time in milliseconds, bit rates in bits a second. */

/** One size and bit rate that the picture is encoded in. */
export interface RenditionOptions {
  readonly name: string;
  /** Pixels, both even. Default: the input's own size. A picture of another shape gets bars. */
  readonly size?: Size;
  /** Bits a second of the picture. Default: by size and rate. */
  readonly bitrate?: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface EncoderOptions extends EncodingOptions {
  /** Anything that FFmpeg opens; `-`: standard input; `test`: a moving picture with a clock, and a tone. */
  readonly input: string;
  /** FFmpeg's options for the input, put before its `-i`. */
  readonly inputOptions?: readonly string[];
  /** Begin again whenever the input ends (files). */
  readonly loop?: boolean;
  /** Read no faster than the input lasts. Default: for files and `test`. */
  readonly realTime?: boolean;
}

/** What becomes of an input, whatever it is. */
export interface EncodingOptions {
  /** At least one; one only where the picture is copied. Default: one that is called `main`. */
  readonly renditions?: readonly RenditionOptions[];
  /** Pictures a second. Default 30. */
  readonly rate?: number;
  /** Rounded to whole pictures. Default 160. */
  readonly partTarget?: number;
  readonly segmentTarget?: number;
  /** From one keyframe to the next. Default: the segment target. */
  readonly keyframeInterval?: number;
  /** `part`: chunks as long as the part target. `frame`: one picture each, for the lowest latency. Default `part`. */
  readonly chunks?: 'part' | 'frame';
  /** FFmpeg's encoder, `copy`, or `none`. Default `libx264`. */
  readonly videoCodec?: string;
  /** FFmpeg's encoder, `copy`, or `none`. Default `aac`. */
  readonly audioCodec?: string;
  readonly audioBitrate?: number;
  /** Fields become whole pictures. `auto`: where the input says that it has fields. Default `auto`. */
  readonly deinterlace?: 'auto' | 'on' | 'off';
  /** Of libx264 and libx265. */
  readonly preset?: string;
  readonly tune?: string;
}

/** All of them, with the defaults for those that were left out. */
export type EncoderSettings = Required<EncoderOptions>;

/** `alone`: there is no picture, and the one output has the sound. `beside`: it comes on a pipe of its own, if it comes. */
export type SoundPlan = 'none' | 'alone' | 'beside';

/** The one place of the defaults. */
export const encoderDefaults = {
  inputOptions: [],
  renditions: [{ name: 'main' }],
  loop: false,
  rate: 30,
  partTarget: 160,
  segmentTarget: 2000,
  chunks: 'part',
  videoCodec: 'libx264',
  audioCodec: 'aac',
  audioBitrate: 128_000,
  deinterlace: 'auto',
  preset: 'veryfast',
  tune: 'zerolatency',
} as const satisfies Partial<EncoderOptions>;
