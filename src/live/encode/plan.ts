/** From options to FFmpeg's command line, and to what its streams will be. Pure. */
import type { Targets } from '../../records/live-record.ts';
import { ffmpegArguments } from './arguments.ts';
import type { EncoderOptions, EncoderSettings, RenditionOptions, SoundPlan } from './options.ts';
import type { PictureFacts } from './picture-facts.ts';
import type { SourceFacts } from './probe.ts';
import { completeOptions, mustEncodeSound } from './settings.ts';
import type { Silence } from './silence.ts';
import { roundToPictures, roundToSound, type Timing } from './timing.ts';

/** What an encoder will do. */
export interface EncodingPlan {
  readonly settings: EncoderSettings;
  /** FFmpeg's arguments. */
  readonly args: readonly string[];
  /** In the order of FFmpeg's outputs. Behind them, where there may be sound beside a picture: one for it. */
  readonly outputs: readonly PlannedOutput[];
  readonly sound: SoundPlan;
  /** What takes the place of sound that does not come; absent where it is copied. */
  readonly silence?: Silence;
  readonly targets: Targets;
  readonly timing: Timing;
  /** What the picture was taken to be, where nobody could look at it; undefined: an ordinary one. */
  readonly found?: PictureFacts | undefined;
  /** What comes out otherwise than asked for, as sentences for the log. */
  readonly notes: readonly string[];
}

export interface PlannedOutput {
  readonly rendition: string;
  /** Bits a second, without what the container adds. */
  readonly picture: number;
  readonly sound: number;
}

/**
 * `source`: what is known of the input; without it, it is taken to have a picture, and to have sound perhaps (prepareEncoding looks).
 * `found`: what an earlier run found of the picture. Throws ConfigurationError for options that contradict one another.
 */
export function planEncoding(
  options: EncoderOptions,
  source?: SourceFacts,
  found?: PictureFacts,
): EncodingPlan {
  const settings = completeOptions(options, source);
  const timing = settings.videoCodec === 'none' ? roundToSound(settings) : roundToPictures(settings);
  const outputs = settings.renditions.map((rendition) => plannedOutput(settings, rendition, source));
  const sound = soundPlan(settings);
  const bitrates = outputs.map(({ picture }) => picture);
  const args = ffmpegArguments({ settings, timing, bitrates, sound, source, found });
  const notes = [...timing.notes, ...(mustEncodeSound(options, source) ? [soundEncoded] : [])];
  return { settings, args, outputs, sound, timing, targets: timing.targets, found, notes };
}

const soundEncoded =
  'AAC of a transport stream cannot be copied beyond the first time around: the sound is encoded';

function soundPlan({ videoCodec, audioCodec }: EncoderSettings): SoundPlan {
  if (audioCodec === 'none') return 'none';
  return videoCodec === 'none' ? 'alone' : 'beside';
}

function plannedOutput(
  settings: EncoderSettings,
  rendition: RenditionOptions,
  source: SourceFacts | undefined,
): PlannedOutput {
  const { rate, audioCodec, audioBitrate, videoCodec } = settings;
  const copied = videoCodec === 'copy' ? source?.video?.bitrate : undefined;
  const sound = audioCodec === 'copy' ? (source?.audio?.bitrate ?? audioBitrate) : audioBitrate;
  return {
    rendition: rendition.name,
    picture: videoCodec === 'none' ? 0 : (copied ?? pictureBitrate(rendition, rate)),
    sound: audioCodec === 'none' ? 0 : sound,
  };
}

/** Bits for a pixel of one picture: enough for a preset that hurries. */
const bitsPerPixel = 0.1;
/** Of a picture whose size is the input's own: nobody has seen it yet. */
const assumedPixels = 1280 * 720;

function pictureBitrate({ bitrate, size }: RenditionOptions, rate: number): number {
  if (bitrate !== undefined) return bitrate;
  const pixels = size === undefined ? assumedPixels : size.width * size.height;
  return Math.round(Math.max(200_000, pixels * rate * bitsPerPixel) / 1000) * 1000;
}
