/** How what is sent is encoded: the same for all streams, but for what was found of one sender's picture or sound. */
import type { Targets } from '../../../records/live-record.ts';
import type { EncodingOptions } from '../../encode/options.ts';
import type { PictureFacts } from '../../encode/picture-facts.ts';
import type { EncodingPlan } from '../../encode/plan.ts';
import { prepareEncoding } from '../../encode/prepare.ts';
import type { SenderMedia } from '../contract.ts';

export type Container = SenderMedia['container'];

/** What one sender's media ask for beyond the options. */
export interface Found {
  readonly picture?: PictureFacts | undefined;
  /** Instead of copying what cannot be copied. */
  readonly audioCodec?: string;
  /** The sound of a transport stream is not AAC. */
  readonly isNoAac?: boolean;
}

export class Plans {
  readonly #options: EncodingOptions;
  readonly #ffmpeg: string;
  readonly #usual = new Map<Container, Promise<EncodingPlan>>();

  constructor(options: EncodingOptions, ffmpeg: string) {
    this.#options = options;
    this.#ffmpeg = ffmpeg;
  }

  /** Throws ConfigurationError for options that contradict one another, and where FFmpeg cannot do it. */
  of(container: Container, found?: Found): Promise<EncodingPlan> {
    if (found !== undefined) return this.#make(container, found);
    const known = this.#usual.get(container) ?? this.#make(container, {});
    this.#usual.set(container, known);
    // It may go better the next time: FFmpeg may have been installed.
    known.catch(() => this.#usual.delete(container));
    return known;
  }

  async #make(container: Container, { picture, audioCodec, isNoAac = false }: Found): Promise<EncodingPlan> {
    const options = {
      ...this.#options,
      ...(audioCodec === undefined ? {} : { audioCodec }),
      input: '-',
      // Strangers have made it: whatever it may name, nothing else is opened.
      inputOptions: ['-protocol_whitelist', 'pipe', '-f', container],
    };
    const made = await prepareEncoding(options, this.#ffmpeg, undefined, picture);
    const plan = container === 'mpegts' && !isNoAac ? { ...made, args: withoutHeads(made.args) } : made;
    return plan.settings.videoCodec === 'copy' ? { ...plan, targets: inMilliseconds(plan.targets) } : plan;
  }
}

/**
 * AAC of a transport stream has a head before each frame (ADTS), for which MP4 has no place. FFmpeg takes them off by itself, but only where nothing was written
 * before the first frame: too late for what stands beside a moment of silence. Its filter knows no other sound, and fails before anything has come.
 */
function withoutHeads(args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg, index) => arg.startsWith('-c:a:') && args[index + 1] === 'copy');
  const option = args[at];
  if (option === undefined) return args;
  return args.toSpliced(at + 2, 0, option.replace('-c', '-bsf'), 'aac_adtstoasc');
}

/** Senders tell times in whole milliseconds, so that parts of as many pictures last one longer or less. */
function inMilliseconds({ part, segment }: Targets): Targets {
  const up = (microseconds: number) => Math.ceil(microseconds / 1000) * 1000;
  return { part: up(part), segment: up(segment) };
}
