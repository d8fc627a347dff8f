/** How FFmpeg opens an input. Pure. */
import type { EncoderSettings, Size } from './options.ts';

/** `live`: it comes in its own time. */
export type InputKind = 'test' | 'stdin' | 'live' | 'file';

/** What stands before the outputs, and where the outputs find picture and sound. */
export interface InputArguments {
  readonly args: readonly string[];
  readonly video: string;
  readonly audio: string;
}

/** By its name alone: nothing is opened. */
export function kindOfInput(input: string, inputOptions: readonly string[] = []): InputKind {
  if (input === 'test') return 'test';
  if (input === '-' || input === 'pipe:' || input === 'pipe:0') return 'stdin';
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
  if (inputOptions.some((option) => devices.includes(option))) return 'live';
  return /^(?:rtmp|rtmps|rtsp|rtsps|srt|rist|udp|rtp|tcp|unix):/i.test(input) ||
    input.startsWith('/dev/video')
    ? 'live'
    : 'file';
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
