/** From options to FFmpeg's command line, and to what its streams will be. Pure. */
import { ConfigurationError } from '../../errors.ts';
import { renditionName } from '../../records/live-names.ts';
import type { Targets } from '../../records/live-record.ts';
import { inputArguments, kindOfInput } from './input.ts';
import {
  type EncoderOptions,
  type EncoderSettings,
  encoderDefaults,
  type RenditionOptions,
} from './options.ts';
import { roundToPictures, type Timing } from './timing.ts';

/** What an encoder will do. */
export interface EncodingPlan {
  readonly settings: EncoderSettings;
  /** FFmpeg's arguments. */
  readonly args: readonly string[];
  /** In the order of the outputs: the first is written to file descriptor 1, the others to 3 and up. */
  readonly outputs: readonly PlannedOutput[];
  readonly targets: Targets;
  readonly timing: Timing;
  /** What comes out otherwise than asked for, as sentences for the log. */
  readonly notes: readonly string[];
}

export interface PlannedOutput {
  readonly rendition: string;
  /** Bits a second, without what the container adds. */
  readonly picture: number;
  readonly sound: number;
}

/** Throws ConfigurationError for options that contradict one another. */
export function planEncoding(options: EncoderOptions): EncodingPlan {
  const settings = complete(options);
  const timing = roundToPictures(settings);
  const source = inputArguments(settings);
  const args = [
    '-hide_banner',
    '-loglevel',
    'warning',
    '-nostats',
    ...stdinArguments(settings),
    ...source.args,
  ];
  settings.renditions.forEach((rendition, index) => {
    args.push(...streamArguments(settings, source, rendition, timing));
    args.push(...containerArguments(settings, timing), `pipe:${outputDescriptor(index)}`);
  });
  const outputs = settings.renditions.map((rendition) => plannedOutput(settings, rendition));
  return { settings, args, outputs, timing, targets: timing.targets, notes: timing.notes };
}

/** 2 is where FFmpeg complains. */
export function outputDescriptor(index: number): number {
  return index === 0 ? 1 : index + 2;
}

function complete(options: EncoderOptions): EncoderSettings {
  const given = { ...encoderDefaults, ...options };
  const kind = kindOfInput(given.input, given.inputOptions);
  const settings: EncoderSettings = {
    ...given,
    realTime: options.realTime ?? (kind === 'file' || kind === 'test'),
    keyframeInterval: options.keyframeInterval ?? given.segmentTarget,
  };
  if (settings.input === '') throw new ConfigurationError('the input has no name');
  if (settings.renditions.length === 0) throw new ConfigurationError('there is no rendition to encode');
  const names = settings.renditions.map(({ name }) => renditionName(name));
  if (new Set(names).size < names.length) throw new ConfigurationError('two renditions have the same name');
  if (settings.videoCodec === 'none' && settings.audioCodec === 'none') {
    throw new ConfigurationError('without a picture and without sound nothing is left to publish');
  }
  if (settings.videoCodec === 'copy' && settings.renditions.length > 1) {
    throw new ConfigurationError(
      'a picture that is copied has one rendition; to make several, it must be encoded',
    );
  }
  for (const { size } of settings.renditions) if (size !== undefined) checkSize(size.width, size.height);
  return settings;
}

function checkSize(width: number, height: number): void {
  const good = (pixels: number) =>
    Number.isInteger(pixels) && pixels >= 16 && pixels <= 8192 && pixels % 2 === 0;
  if (good(width) && good(height)) return;
  throw new ConfigurationError(
    `a picture of ${width}x${height}: width and height must be even, from 16 to 8192`,
  );
}

function stdinArguments({ input, inputOptions }: EncoderSettings): string[] {
  return kindOfInput(input, inputOptions) === 'stdin' ? [] : ['-nostdin'];
}

function streamArguments(
  settings: EncoderSettings,
  source: { readonly video: string; readonly audio: string },
  rendition: RenditionOptions,
  timing: Timing,
): string[] {
  const { videoCodec, audioCodec } = settings;
  return [
    ...(videoCodec === 'none' ? [] : ['-map', source.video]),
    ...(audioCodec === 'none' ? [] : ['-map', source.audio]),
    ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...videoArguments(settings, rendition, timing),
    ...audioArguments(settings),
  ];
}

function videoArguments(settings: EncoderSettings, rendition: RenditionOptions, timing: Timing): string[] {
  const { videoCodec, preset, tune, rate } = settings;
  if (videoCodec === 'none') return [];
  if (videoCodec === 'copy') return ['-c:v', 'copy'];
  const bitrate = pictureBitrate(rendition, rate);
  const keyframes = String(timing.keyframePictures);
  return [
    ...['-filter:v', sizeFilter(rendition), '-pix_fmt', 'yuv420p', '-r', String(rate), '-fps_mode', 'cfr'],
    ...['-c:v', videoCodec, '-bf', '0', '-g', keyframes, '-keyint_min', keyframes, '-sc_threshold', '0'],
    ...['-b:v', String(bitrate), '-maxrate', String(bitrate), '-bufsize', String(Math.round(bitrate / 2))],
    ...(/^libx26[45]$/.test(videoCodec) ? ['-preset', preset, '-tune', tune] : []),
    ...(videoCodec === 'libx265' ? x265Arguments(keyframes) : []),
  ];
}

/** libx265 takes neither scene cuts nor closed groups of pictures from FFmpeg's own options; Apple plays only `hvc1`. */
function x265Arguments(keyframes: string): string[] {
  const params = `keyint=${keyframes}:min-keyint=${keyframes}:scenecut=0:open-gop=0:bframes=0:repeat-headers=0:log-level=error`;
  return ['-x265-params', params, '-tag:v', 'hvc1'];
}

/** A constant size whatever the input does, even where it has odd numbers of pixels. */
function sizeFilter({ size }: RenditionOptions): string {
  if (size === undefined) return 'scale=trunc(iw/2)*2:trunc(ih/2)*2';
  const { width, height } = size;
  return (
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2,` +
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1`
  );
}

function audioArguments({ audioCodec, audioBitrate, videoCodec }: EncoderSettings): string[] {
  if (audioCodec === 'none') return [];
  if (audioCodec === 'copy') return ['-c:a', 'copy'];
  // Holes in the sound are filled with silence, from the first picture to the last: players stop where one track has a hole.
  const ending = videoCodec === 'none' ? '' : ',apad';
  return [
    ...[
      '-filter:a',
      `aresample=async=1:first_pts=0${ending}`,
      '-c:a',
      audioCodec,
      '-b:a',
      String(audioBitrate),
    ],
    ...['-ar', '48000', '-ac', '2'],
    ...(videoCodec === 'none' ? [] : ['-shortest']),
  ];
}

function containerArguments({ chunks }: EncoderSettings, timing: Timing): string[] {
  const cut = chunks === 'frame' ? 'frag_every_frame' : 'frag_keyframe';
  const length = chunks === 'frame' ? [] : ['-frag_duration', String(timing.targets.part)];
  return [
    ...['-max_interleave_delta', '500000', '-f', 'mp4', '-movflags', `+cmaf+${cut}+delay_moov+skip_trailer`],
    ...length,
    ...['-flush_packets', '1'],
  ];
}

/** Bits for a pixel of one picture, enough for a preset that hurries. */
const bitsPerPixel = 0.1;

function pictureBitrate({ bitrate, size }: RenditionOptions, rate: number): number {
  if (bitrate !== undefined) return bitrate;
  const pixels = size === undefined ? 1280 * 720 : size.width * size.height;
  return Math.round(Math.max(200_000, pixels * rate * bitsPerPixel) / 1000) * 1000;
}

function plannedOutput(settings: EncoderSettings, rendition: RenditionOptions): PlannedOutput {
  const { rate, audioCodec, audioBitrate, videoCodec } = settings;
  return {
    rendition: rendition.name,
    picture: videoCodec === 'none' ? 0 : pictureBitrate(rendition, rate),
    sound: audioCodec === 'none' ? 0 : audioBitrate,
  };
}
