/** What an input holds, as ffprobe tells it before anything is encoded. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { ConfigurationError, SluiceError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import { startGuardian } from './guardian.ts';
import { type PictureFacts, type ProbedPicture, pictureFacts } from './picture-facts.ts';
import { withoutUnknown } from './probe-options.ts';
import { startFault } from './process.ts';

/** Of the first picture and the first sound of an input. */
export interface SourceFacts {
  readonly video?: SourceVideo;
  readonly audio?: SourceAudio;
}

export interface SourceAudio {
  /** FFmpeg's names: `aac`, `opus`. */
  readonly codec: string;
  readonly bitrate?: number;
  /** AAC whose every frame has a head of its own (ADTS), as in transport streams; MP4 has one for all. */
  readonly isHeaded?: boolean;
}

export interface SourceVideo {
  /** FFmpeg's names: `h264`, `hevc`. */
  readonly codec: string;
  /** Pictures a second, on average; undefined where the input does not say. */
  readonly rate?: number;
  /** Bits a second; undefined where the input does not say. */
  readonly bitrate?: number;
  /** Some pictures stand in another order than they are shown in. */
  readonly reordered: boolean;
  /** Shape, fields and colours; undefined where not even the size is known. */
  readonly picture?: PictureFacts;
  /** The longest time between keyframes at the beginning, milliseconds. Only where it was asked for. */
  readonly keyframeInterval?: number;
}

export interface ProbeOptions {
  readonly input: string;
  readonly inputOptions: readonly string[];
  /** Also look at the first pictures, to see how far keyframes are apart. */
  readonly keyframes: boolean;
  /** Default `ffprobe`, from the PATH. */
  readonly program?: string;
  /** Ends the look with an error. */
  readonly signal?: AbortSignal | undefined;
}

/** Seconds of the input that are looked at for keyframes, and milliseconds that all may take. */
const lookedAt = 20;
const timeLimit = 30_000;

const text = z.string().optional();
const answer = z.object({
  streams: z
    .array(
      z.object({
        codec_type: text,
        codec_name: text,
        avg_frame_rate: text,
        bit_rate: text,
        sample_rate: text,
        extradata_size: z.number().optional(),
        has_b_frames: z.number().optional(),
        width: z.number().optional(),
        height: z.number().optional(),
        sample_aspect_ratio: text,
        field_order: text,
        pix_fmt: text,
        color_space: text,
        color_primaries: text,
        color_transfer: text,
        side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
        disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      }),
    )
    .default([]),
  packets: z.array(z.object({ pts_time: text, flags: text })).default([]),
});

/** Throws ConfigurationError without ffprobe and for a file that is not there, SluiceError where it cannot read the input. */
export async function probeInput(options: ProbeOptions): Promise<SourceFacts> {
  const { streams } = await ask(options, ['-show_streams']);
  const video = streams.find(
    ({ codec_type, disposition }) => codec_type === 'video' && disposition?.attached_pic !== 1,
  );
  const announced = streams.find(({ codec_type }) => codec_type === 'audio');
  // Without a rate nothing of it was there where the input was looked at. FFmpeg fails at the end of an input whose sound never comes.
  const audio =
    announced === undefined || Number(announced.sample_rate) > 0 || (await hasSound(options))
      ? announced
      : undefined;
  const interval =
    video !== undefined && options.keyframes ? { keyframeInterval: await longestInterval(options) } : {};
  return {
    ...(video === undefined
      ? {}
      : {
          video: {
            codec: video.codec_name ?? 'unknown',
            reordered: (video.has_b_frames ?? 0) > 0,
            ...optional('rate', ratio(video.avg_frame_rate)),
            ...optional('bitrate', Number(video.bit_rate)),
            ...interval,
            ...picture(video),
          },
        }),
    ...(audio === undefined
      ? {}
      : {
          audio: {
            codec: audio.codec_name ?? 'unknown',
            isHeaded: audio.codec_name === 'aac' && (audio.extradata_size ?? 0) === 0,
            ...optional('bitrate', Number(audio.bit_rate)),
          },
        }),
  };
}

function picture(probed: ProbedPicture): { readonly picture?: PictureFacts } {
  const facts = pictureFacts(probed);
  return facts === undefined ? {} : { picture: facts };
}

/** False: the sound is announced, and the whole input has none. Where looking takes too long, it is taken to be there. */
async function hasSound(options: ProbeOptions): Promise<boolean> {
  const first = [
    '-select_streams',
    'a:0',
    '-show_entries',
    'packet=pts_time,flags',
    '-read_intervals',
    '%+#1',
  ];
  return ask(options, first).then(
    ({ packets }) => packets.length > 0,
    () => true,
  );
}

/** From one keyframe to the next, and from the last one to the end of what was looked at. */
async function longestInterval(options: ProbeOptions): Promise<number> {
  const selected = [
    '-select_streams',
    'v:0',
    '-show_entries',
    'packet=pts_time,flags',
    '-read_intervals',
    `%+${lookedAt}`,
  ];
  const { packets } = await ask(options, selected);
  let longest = 0;
  let keyframe: number | undefined;
  for (const { pts_time, flags } of packets) {
    const time = Number(pts_time) * 1000;
    if (!Number.isFinite(time)) continue;
    if (keyframe !== undefined) longest = Math.max(longest, time - keyframe);
    if (flags?.startsWith('K') === true) keyframe = time;
  }
  return Math.round(longest);
}

async function ask(options: ProbeOptions, what: readonly string[]): Promise<z.infer<typeof answer>> {
  const { input, inputOptions, program = 'ffprobe', signal } = options;
  const args = ['-hide_banner', '-loglevel', 'error', ...what, '-of', 'json', ...inputOptions, '-i', input];
  try {
    const limits = { timeout: timeLimit, maxBuffer: 64 * 1024 * 1024, signal };
    const guardian = startGuardian();
    const asked = promisify(execFile)(program, args, limits);
    guardian.watch(asked.child.pid);
    const { stdout } = await asked.finally(() => guardian.dismiss());
    return answer.parse(JSON.parse(stdout));
  } catch (error) {
    const known = withoutUnknown(
      inputOptions,
      error instanceof Error && 'stderr' in error ? String(error.stderr) : '',
    );
    if (known !== undefined) return ask({ ...options, inputOptions: known }, what);
    const fault = startFault(error, program);
    if (fault !== undefined) throw fault;
    const message = `FFmpeg cannot read the input: ${reasonOf(error)}`;
    // What is not there was not meant: a slip of the pen.
    throw /No such file or directory$/.test(message)
      ? new ConfigurationError(message)
      : new SluiceError(message);
  }
}

/** In ffprobe's last words. The error itself has the whole command line, with the secrets of the input. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error && 'stderr' in error)) return withoutSecrets(String(error));
  if ('killed' in error && error.killed === true)
    return `it did not tell within ${timeLimit / 1000} s what it holds`;
  const said = String(error.stderr).trim().split('\n').at(-1) ?? '';
  return said === '' ? 'ffprobe does not say why' : withoutSecrets(said);
}

/** `30000/1001`. */
function ratio(fraction = ''): number {
  const [above, below = 1] = fraction.split('/').map(Number);
  return (above ?? 0) / below;
}

function optional<Name extends string>(name: Name, value: number): { [key in Name]?: number } {
  return (Number.isFinite(value) && value > 0 ? { [name]: value } : {}) as { [key in Name]?: number };
}
