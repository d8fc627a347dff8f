/** FFmpeg's command line. Pure. Which option does what for whom: docs/adr/0082-ffmpeg-in-whole-pictures.md. */
import { inputArguments, kindOfInput } from './input.ts';
import type { EncoderSettings, RenditionOptions } from './options.ts';
import { soundRate, type Timing } from './timing.ts';

export interface ArgumentOptions {
  readonly settings: EncoderSettings;
  readonly timing: Timing;
  /** Bits a second of the picture of each rendition. */
  readonly bitrates: readonly number[];
  /** It is known that there is a picture and sound, so that both can be made to end together. */
  readonly both: boolean;
}

/** One process for all renditions: the first is written to descriptor 1, the others to 3 and up. */
export function ffmpegArguments(options: ArgumentOptions): string[] {
  const { settings, timing, bitrates } = options;
  const { input, inputOptions, renditions } = settings;
  const source = inputArguments(settings);
  const stdin = kindOfInput(input, inputOptions) === 'stdin' ? [] : ['-nostdin'];
  const outputs = renditions.flatMap((rendition, index) => [
    ...(settings.videoCodec === 'none' ? [] : ['-map', source.video]),
    ...(settings.audioCodec === 'none' ? [] : ['-map', source.audio]),
    ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...videoArguments(settings, rendition, timing, bitrates[index] ?? 0),
    ...audioArguments(options),
    ...containerArguments(settings, timing),
    `pipe:${outputDescriptor(index)}`,
  ]);
  return ['-hide_banner', '-loglevel', 'warning', '-nostats', ...stdin, ...source.args, ...outputs];
}

/** 2 is where FFmpeg complains. */
function outputDescriptor(index: number): number {
  return index === 0 ? 1 : index + 2;
}

function videoArguments(
  { videoCodec, preset, tune, rate }: EncoderSettings,
  rendition: RenditionOptions,
  timing: Timing,
  bitrate: number,
): string[] {
  if (videoCodec === 'none') return [];
  if (videoCodec === 'copy') return ['-c:v', 'copy'];
  const keyframes = String(timing.keyframePictures);
  const bits = [
    '-b:v',
    String(bitrate),
    '-maxrate',
    String(bitrate),
    '-bufsize',
    String(Math.round(bitrate / 2)),
  ];
  return [
    // A constant rate, so that parts have whole numbers of pictures; 8 bits, which every browser plays.
    ...['-filter:v', sizeFilter(rendition), '-pix_fmt', 'yuv420p', '-r', String(rate), '-fps_mode', 'cfr'],
    ...[
      '-c:v',
      videoCodec,
      '-bf',
      '0',
      '-g',
      keyframes,
      '-keyint_min',
      keyframes,
      '-sc_threshold',
      '0',
      ...bits,
    ],
    ...(/^libx26[45]$/.test(videoCodec) ? ['-preset', preset, '-tune', tune] : []),
    ...(videoCodec === 'libx265' ? x265Arguments(keyframes) : []),
  ];
}

/** libx265 takes neither scene cuts nor closed groups of pictures from FFmpeg's own options; Apple plays only `hvc1`. */
function x265Arguments(keyframes: string): string[] {
  const params = [
    'scenecut=0',
    'open-gop=0',
    'bframes=0',
    'log-level=error',
    `keyint=${keyframes}`,
    `min-keyint=${keyframes}`,
  ];
  return ['-x265-params', params.join(':'), '-tag:v', 'hvc1'];
}

/** Even numbers of pixels. FFmpeg itself keeps the first picture's size when the input changes its own later. */
function sizeFilter({ size }: RenditionOptions): string {
  if (size === undefined) return 'scale=trunc(iw/2)*2:trunc(ih/2)*2';
  const { width, height } = size;
  const inside = `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  return `${inside},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1`;
}

function audioArguments({ settings, both }: ArgumentOptions): string[] {
  const { audioCodec, audioBitrate, videoCodec } = settings;
  if (audioCodec === 'none') return [];
  const together = both && videoCodec !== 'none';
  if (audioCodec === 'copy') return ['-c:a', 'copy'];
  // Holes are filled with silence, and so is what is missing at the end: players stop where one track has a hole.
  const filter = `aresample=async=1:first_pts=0${together ? ',apad' : ''}`;
  return [
    ...['-filter:a', filter, '-c:a', audioCodec, '-b:a', String(audioBitrate)],
    ...['-ar', String(soundRate), '-ac', '2', ...(together ? ['-shortest'] : [])],
  ];
}

function containerArguments({ chunks }: EncoderSettings, timing: Timing): string[] {
  const frame = chunks === 'frame';
  const flags = `+cmaf+${frame ? '' : 'frag_keyframe+'}delay_moov+skip_trailer`;
  return [
    ...['-max_interleave_delta', '500000', '-f', 'mp4', '-movflags', flags],
    // A little less than a part: one of 208333.3 microseconds must not miss a target of 208334.
    // Of single pictures any length is enough: FFmpeg's own word for that, frag_every_frame, forgets how long pictures
    // last when several of them come before the first sound.
    ...['-frag_duration', frame ? '1' : String(timing.targets.part - 2)],
    ...['-flush_packets', '1'],
  ];
}
