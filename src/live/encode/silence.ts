/** A frame of silence as an encoder makes it: what takes the place of sound that does not come. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import type { SoundSample } from '../mp4/sound-samples.ts';
import { soundArguments } from './arguments.ts';
import type { EncoderSettings } from './options.ts';
import { startFault } from './process.ts';
import { SoundPipe } from './sound-pipe.ts';
import { soundRate } from './timing.ts';

export interface Silence {
  /** The box `moov` of the encoder's output: the track has the number 1. */
  readonly init: Buffer;
  /** Ticks a second. */
  readonly timescale: number;
  readonly frame: SoundSample;
}

/** The encoder has come to rest by this frame. */
const restingFrame = 3;
/** Milliseconds that it may take. */
const timeLimit = 30_000;

/** Lets FFmpeg make it. Throws ConfigurationError without FFmpeg, and for an encoder that it does not have. */
export async function makeSilence(settings: EncoderSettings, program: string): Promise<Silence> {
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...['-f', 'lavfi', '-i', `anullsrc=r=${soundRate}:cl=stereo:d=0.3`],
    ...[...soundArguments(settings, 0), 'pipe:1'],
  ];
  const pipe = new SoundPipe();
  const frames = [...pipe.push(await run(program, args, settings.audioCodec))];
  const [frame, timescale, init] = [frames[restingFrame], pipe.movie?.main.timescale, pipe.init];
  if (frame === undefined || timescale === undefined || init === undefined)
    throw new ConfigurationError(`FFmpeg's encoder ${settings.audioCodec} gives nothing for silence`);
  return { init, timescale, frame };
}

async function run(program: string, args: readonly string[], codec: string): Promise<Buffer> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { encoding: 'buffer', timeout: timeLimit });
    return stdout;
  } catch (error) {
    const fault = startFault(error, program);
    if (fault !== undefined) throw fault;
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = withoutSecrets(said.split('\n').at(-1) ?? '');
    throw new ConfigurationError(
      `FFmpeg cannot encode the sound as ${codec}: ${reason || 'it does not say why'}`,
    );
  }
}
