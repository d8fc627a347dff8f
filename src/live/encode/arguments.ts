/** FFmpeg's command line. Pure. Which option does what for whom: docs/adr/0082-ffmpeg-in-whole-pictures.md. */
import { inputArguments, kindOfInput, mayBeInterlaced, pictureByOptions } from './input.ts';
import type { EncoderSettings, RenditionOptions, SoundPlan } from './options.ts';
import type { PictureFacts } from './picture-facts.ts';
import { pictureFilters } from './picture-filters.ts';
import type { SourceFacts } from './probe.ts';
import { soundRate, type Timing } from './timing.ts';

export interface ArgumentOptions {
  readonly settings: EncoderSettings;
  readonly timing: Timing;
  /** Bits a second of the picture of each rendition. */
  readonly bitrates: readonly number[];
  readonly sound: SoundPlan;
  /** What is known of the input. */
  readonly source?: SourceFacts | undefined;
  /** What an earlier run has found of a picture that nobody could look at before. */
  readonly found?: PictureFacts | undefined;
}

/** One process for all renditions: the first is written to descriptor 1, the others to 3 and up; then their sound. */
export function ffmpegArguments(options: ArgumentOptions): string[] {
  const { settings, timing, bitrates, sound, source: facts } = options;
  const { input, inputOptions, renditions, videoCodec } = settings;
  const source = inputArguments(settings);
  const stdin = kindOfInput(input, inputOptions) === 'stdin' ? [] : ['-nostdin'];
  const outputs = renditions.flatMap((rendition, index) => [
    ...['-map', videoCodec === 'none' ? source.audio : source.video, ...mediaAlone],
    ...(videoCodec === 'none'
      ? soundEncoder(settings, 0, facts)
      : videoArguments(options, rendition, bitrates[index] ?? 0)),
    ...pictureContainer(settings, timing),
    `pipe:${outputDescriptor(index)}`,
  ]);
  const beside = sound === 'beside' ? soundOutput(settings, source.audio, facts) : [];
  return [
    ...['-hide_banner', '-loglevel', isUnknown(settings, facts) ? 'level+info' : 'warning', '-nostats'],
    ...[...stdin, ...source.args],
    ...[...outputs, ...beside],
  ];
}

/** Nobody could look at the picture that is to be encoded: FFmpeg is asked to tell what it finds. */
export function isUnknown(settings: EncoderSettings, source: SourceFacts | undefined): boolean {
  const { videoCodec } = settings;
  return (
    source === undefined &&
    videoCodec !== 'copy' &&
    videoCodec !== 'none' &&
    pictureByOptions(settings) === undefined
  );
}

const mediaAlone = ['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'];

/** 2 is where FFmpeg complains. */
function outputDescriptor(index: number): number {
  return index === 0 ? 1 : index + 2;
}

/**
 * The sound of all renditions. A moment of silence comes first: the input may have no sound, and for an output that nothing is mapped to FFmpeg chooses
 * by itself.
 */
function soundOutput(settings: EncoderSettings, source: string, facts?: SourceFacts): string[] {
  return [
    ...['-filter_complex', `anullsrc=r=${soundRate}:cl=stereo:d=0.1[silence]`],
    ...['-map', '[silence]', '-map', source, ...mediaAlone],
    ...['-c:a:0', settings.audioCodec === 'copy' ? 'aac' : settings.audioCodec],
    ...[...soundArguments(settings, 1, facts), `pipe:${outputDescriptor(settings.renditions.length)}`],
  ];
}

/** How sound is encoded, frame by frame; `index`: of its stream in the output. */
export function soundArguments(settings: EncoderSettings, index: number, facts?: SourceFacts): string[] {
  return [
    ...[...soundEncoder(settings, index, facts), '-max_interleave_delta', '1', '-f', 'mp4'],
    // Each fragment says its own time, also the first one (frag_discont).
    ...[
      '-movflags',
      '+cmaf+delay_moov+skip_trailer+frag_discont',
      '-frag_duration',
      '1',
      '-flush_packets',
      '1',
    ],
  ];
}

function videoArguments(options: ArgumentOptions, rendition: RenditionOptions, bitrate: number): string[] {
  const { settings, timing, source } = options;
  const { videoCodec, preset, tune, rate, input, inputOptions } = settings;
  if (videoCodec === 'none') return [];
  if (videoCodec === 'copy') return ['-c:v', 'copy'];
  const keyframes = String(timing.keyframePictures);
  const filters = pictureFilters({
    settings,
    size: rendition.size,
    facts: source?.video?.picture ?? pictureByOptions(settings) ?? options.found,
    sourceRate: source?.video?.rate,
    mayBeInterlaced: mayBeInterlaced(input, inputOptions),
  });
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
    ...['-filter:v', filters, '-pix_fmt', 'yuv420p', '-r', String(rate), '-fps_mode', 'cfr'],
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

function soundEncoder(
  { audioCodec, audioBitrate }: EncoderSettings,
  index: number,
  facts: SourceFacts | undefined,
): string[] {
  if (audioCodec === 'copy') {
    const bare = facts?.audio?.isHeaded === true ? [`-bsf:a:${index}`, 'aac_adtstoasc'] : [];
    return [`-c:a:${index}`, 'copy', ...bare, ...asTried(facts?.audio?.codec ?? '')];
  }
  // Holes are filled with silence: players stop where one track has a hole. No `first_pts`, nor anything else that counts from the
  // start: FFmpeg makes the filters anew whenever the sound changes its layout or rate.
  return [
    ...[`-filter:a:${index}`, 'aresample=async=1', `-c:a:${index}`, audioCodec],
    ...['-b:a', String(audioBitrate), '-ar', String(soundRate), '-ac', '2', ...asTried(audioCodec)],
    // Otherwise it would have as many bits as the input, and frames of silence others.
    ...(audioCodec === 'flac' ? ['-sample_fmt', 's16'] : []),
  ];
}

/** FFmpeg before 6.1 calls FLAC in MP4, and its own encoder of Opus, experimental, and refuses them unless it is told to do it all the same. */
function asTried(codec: string): string[] {
  return codec === 'flac' || codec === 'opus' ? ['-strict', 'experimental'] : [];
}

function pictureContainer({ chunks, videoCodec }: EncoderSettings, timing: Timing): string[] {
  const frame = chunks === 'frame';
  const first = videoCodec === 'none' ? '' : '+frag_discont';
  const flags = `+cmaf+${frame ? '' : 'frag_keyframe+'}delay_moov+skip_trailer${first}`;
  return [
    ...['-f', 'mp4', '-movflags', flags],
    // A little less than a part: one of 208333.3 microseconds must not miss a target of 208334. Of copied pictures a millisecond, for
    // that is what RTMP, FLV and Matroska round their times to: a part of 166 ms would get one picture more.
    // Of single pictures any length is enough: FFmpeg's own word for that, frag_every_frame, forgets how long pictures
    // last when several of them come before the first sound.
    ...['-frag_duration', frame ? '1' : String(timing.targets.part - (videoCodec === 'copy' ? 1002 : 2))],
    ...['-flush_packets', '1'],
  ];
}
