/** How FFmpeg opens an input. Pure. */
import type { EncoderSettings, Size } from './options.ts';
import { type PictureFacts, pictureFacts, rawPicture } from './picture-facts.ts';

/** `live`: it comes in its own time. */
export type InputKind = 'test' | 'stdin' | 'live' | 'file';

/** What stands before the outputs, and where the outputs find picture and sound. */
export interface InputArguments {
  readonly args: readonly string[];
  readonly video: string;
  readonly audio: string;
}

/** Programs of FFmpeg that open a device of this machine. */
const devices = [
  'v4l2',
  'avfoundation',
  'dshow',
  'gdigrab',
  'x11grab',
  'alsa',
  'pulse',
  'kmsgrab',
  'decklink',
];

/** It can be looked at, closed, and opened once more. */
export function isDevice(input: string, inputOptions: readonly string[]): boolean {
  return inputOptions.some((option) => devices.includes(option)) || input.startsWith('/dev/video');
}

/** Files, whose every picture can be looked at without anybody waiting; and what comes as broadcasts do, where it costs one picture of delay. */
export function mayBeInterlaced(input: string, inputOptions: readonly string[]): boolean {
  const kind = kindOfInput(input, inputOptions);
  return kind === 'file' || /^(?:udp|rtp|srt|rist|tcp):/i.test(input) || inputOptions.includes('mpegts');
}

/** What is known of a picture without looking: the test picture's, and raw ones. */
export function pictureByOptions(settings: EncoderSettings): PictureFacts | undefined {
  const { input, inputOptions } = settings;
  if (kindOfInput(input, inputOptions) !== 'test') return rawPicture(inputOptions);
  // FFmpeg draws it by BT.601, in any size.
  const colours = { color_space: 'smpte170m', color_primaries: 'bt709', color_transfer: 'bt709' };
  return pictureFacts({ ...largest(settings), field_order: 'progressive', pix_fmt: 'yuv420p', ...colours });
}

/** By its name alone: nothing is opened. */
export function kindOfInput(input: string, inputOptions: readonly string[] = []): InputKind {
  if (input === 'test') return 'test';
  if (/^(?:-|pipe:0?|\/dev\/stdin|\/dev\/fd\/0)$/.test(input)) return 'stdin';
  if (isDevice(input, inputOptions)) return 'live';
  return /^(?:rtmp|rtmps|rtsp|rtsps|srt|rist|udp|rtp|tcp|unix):/i.test(input) ? 'live' : 'file';
}

/** Pixels of the test picture where nobody says a size. */
const testSize: Size = { width: 1280, height: 720 };

export function inputArguments(settings: EncoderSettings): InputArguments {
  const { input, inputOptions, loop, realTime, rate } = settings;
  const kind = kindOfInput(input, inputOptions);
  const pace = realTime ? ['-re'] : [];
  if (kind === 'test') {
    const { width, height } = largest(settings);
    const picture = `testsrc2=size=${width}x${height}:rate=${rate}`;
    const tone = 'sine=frequency=440:beep_factor=4:sample_rate=48000:samples_per_frame=1024,volume=0.3';
    return {
      args: [...pace, '-f', 'lavfi', '-i', picture, ...pace, '-f', 'lavfi', '-i', tone],
      video: '0:v:0',
      audio: '1:a:0',
    };
  }
  const name = kind === 'stdin' ? 'pipe:0' : input;
  const args = [
    // Decoders with several threads hold a picture back for each.
    ...(kind === 'file'
      ? []
      : ['-threads', '1', '-fpsprobesize', '0', '-probesize', '500000', '-analyzeduration', '500000']),
    ...(loop && kind === 'file' ? ['-stream_loop', '-1'] : []),
    ...pace,
    ...listening(input, inputOptions),
    ...inputOptions,
    ...['-i', name],
  ];
  return { args, video: '0:v:0?', audio: '0:a:0?' };
}

/** RTMP and SRT wait for whoever sends when their address is one of this machine. */
function listening(input: string, inputOptions: readonly string[]): string[] {
  const own = /^rtmp:\/\/(?:0\.0\.0\.0|\[::\])/i.test(input);
  return own && !inputOptions.includes('-listen') ? ['-listen', '1'] : [];
}

function largest({ renditions }: EncoderSettings): Size {
  const sizes = renditions.flatMap(({ size }) => (size === undefined ? [] : [size]));
  return (
    sizes.reduce<Size | undefined>(
      (most, size) => (most === undefined || size.width > most.width ? size : most),
      undefined,
    ) ?? testSize
  );
}
