/** Looks at the input where that costs nothing, then plans. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../errors.ts';
import { isDevice, kindOfInput } from './input.ts';
import { type EncoderOptions, encoderDefaults } from './options.ts';
import { isHdr, type PictureFacts } from './picture-facts.ts';
import { type EncodingPlan, planEncoding } from './plan.ts';
import { probeInput, type SourceFacts } from './probe.ts';
import { makeSilence } from './silence.ts';

/** Codecs that are carried in fragmented MP4 and that browsers play, by FFmpeg's names. */
const carriedVideo = ['h264', 'hevc', 'av1'];
const carriedAudio = ['aac', 'opus', 'flac', 'ac3', 'eac3', 'mp3'];

/**
 * The plan for this input. Files are probed: their rate is kept, what they do not have is not waited for, and what shall be copied
 * must be fit for it. What only comes once (a sender, standard input) is not.
 * `program` is FFmpeg's; ffprobe is looked for beside it. Once `signal` has come nothing is looked at any more, and nobody will run the plan.
 * `found`: what an earlier run has found of a picture that nobody can look at. Throws ConfigurationError for options that cannot be and a file that is not
 * there, SluiceError for a file that cannot be read.
 */
export async function prepareEncoding(
  options: EncoderOptions,
  program = 'ffmpeg',
  signal?: AbortSignal,
  found?: PictureFacts,
): Promise<EncodingPlan> {
  const plan = await (found === undefined
    ? planned(options, program, signal)
    : plannedFor(options, program, found));
  if (plan.sound !== 'beside' || plan.settings.audioCodec === 'copy') return plan;
  return { ...plan, silence: await makeSilence(plan.settings, program) };
}

/** Without looking once more. */
async function plannedFor(
  options: EncoderOptions,
  program: string,
  found: PictureFacts,
): Promise<EncodingPlan> {
  if (isHdr(found)) await expectToneMapping(program);
  return planEncoding(options, undefined, found);
}

async function planned(
  options: EncoderOptions,
  program: string,
  signal: AbortSignal | undefined,
): Promise<EncodingPlan> {
  const { input, inputOptions = [] } = options;
  const device = isDevice(input, inputOptions);
  if (kindOfInput(input, inputOptions) !== 'file' && !device) return planEncoding(options);
  if (!device) await expectNoPipe(input);
  const given = { ...encoderDefaults, ...options };
  const keyframes = given.videoCodec === 'copy';
  const probed = probeInput({ input, inputOptions, keyframes, program: ffprobeBeside(program), signal });
  const source = await probed.catch((error: unknown) => {
    if (signal?.aborted === true) return undefined;
    // A server may answer later, a camera may be plugged in; a file will not mend itself.
    if ((isAddress(input) || device) && !(error instanceof ConfigurationError)) return undefined;
    throw error;
  });
  if (source === undefined) return planEncoding(options);
  if (source.video === undefined && source.audio === undefined) {
    throw new ConfigurationError('the input has neither a picture nor sound');
  }
  checkCopied(source, given);
  if (given.videoCodec !== 'copy' && source.video?.picture !== undefined && isHdr(source.video.picture))
    await expectToneMapping(program);
  return planEncoding(options, source);
}

/** Throws ConfigurationError for a named pipe: what the look at it takes is gone. */
async function expectNoPipe(input: string): Promise<void> {
  const found = await stat(input.replace(/^file:/, '')).catch(() => undefined);
  if (found?.isFIFO() !== true) return;
  throw new ConfigurationError(
    `${input} is a pipe, which can be read only once: give it as standard input (--input - < ${input})`,
  );
}

/** Throws ConfigurationError where FFmpeg lacks what brings HDR into the range of ordinary screens. */
async function expectToneMapping(program: string): Promise<void> {
  const args = ['-hide_banner', '-h', 'filter=zscale'];
  const told = await promisify(execFile)(program, args, { timeout: 10_000 }).catch(() => undefined);
  if (told?.stdout.startsWith('Filter zscale') === true) return;
  throw new ConfigurationError(
    'the input is HDR, which has to be brought into the range of ordinary screens, and this FFmpeg has no filter for it (zscale, of libzimg): ' +
      'install one that has, convert the input first, or send the picture as it is by --video-codec copy',
  );
}

/** It is on the network, where what is not there now may be there later. */
export function isAddress(input: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(input) && !input.startsWith('file:');
}

function ffprobeBeside(program: string): string {
  return program.replace(/ffmpeg(?=(?:\.exe)?$)/, 'ffprobe');
}

function checkCopied(
  { video, audio }: SourceFacts,
  {
    videoCodec,
    audioCodec,
    segmentTarget,
  }: { videoCodec: string; audioCodec: string; segmentTarget: number },
): void {
  if (videoCodec === 'copy' && video !== undefined) {
    if (!carriedVideo.includes(video.codec)) throw notCarried('picture', video.codec, carriedVideo);
    if ((video.keyframeInterval ?? 0) > segmentTarget) {
      throw new ConfigurationError(
        `the input has keyframes up to ${video.keyframeInterval} ms apart, too far for segments of ${segmentTarget} ms: ` +
          'encode the picture instead of copying it, let its sender make keyframes more often, or lengthen the segment target',
      );
    }
  }
  if (audioCodec === 'copy' && audio !== undefined && !carriedAudio.includes(audio.codec)) {
    throw notCarried('sound', audio.codec, carriedAudio);
  }
}

function notCarried(what: string, codec: string, carried: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `the ${what} of the input is ${codec}, which cannot be copied (${carried.join(', ')} can): encode it instead`,
  );
}
