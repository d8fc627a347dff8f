/** What is published: FFmpeg, or anything else that gives media events. */

import { FormatError } from '../../errors.ts';
import type { Targets } from '../../records/live-record.ts';
import { runEncoder } from '../encode/encoder.ts';
import { kindOfInput } from '../encode/input.ts';
import { encoderDefaults } from '../encode/options.ts';
import type { PictureFacts } from '../encode/picture-facts.ts';
import { misfit } from '../encode/picture-fit.ts';
import type { EncodingPlan } from '../encode/plan.ts';
import { isAddress, prepareEncoding } from '../encode/prepare.ts';
import type { MediaEvent } from '../media.ts';
import type { PublishOptions } from './options.ts';
import { withoutSlowStart } from './slow-start.ts';

export interface MediaSource {
  readonly renditions: readonly string[];
  readonly targets: Targets;
  /** `part`: each chunk is a part. `frame`: chunks of one picture are joined to parts. */
  readonly chunks: 'part' | 'frame';
  /** The picture is another encoder's, and so is where its keyframes are. */
  readonly foreignKeyframes?: boolean;
  /**
   * One run; each is an epoch. Ends soon after the signal. `behind`: when the last picture of the run before ended, by when it was taken (microseconds since the epoch
   * of Unix): nothing that was taken before it is wanted once more.
   */
  run(signal: AbortSignal, behind?: number): AsyncIterable<MediaEvent>;
  /** Another run would have something at once: nobody need be waited for. */
  isFollowed?(): boolean;
  /** That other run has pictures already: whatever became of this one is no reason to put it off. */
  isWarm?(): boolean;
  /** It may work later although it has never worked yet: a sender that is awaited, somebody else's server. */
  readonly canReturn: boolean;
  /** Every run reads the same bytes from the same beginning: a local file. */
  readonly isRepeated: boolean;
  /**
   * After a run that failed nothing is tried: resolves with true once somebody sends again, with false when nobody is waited for any longer, which ends the programme.
   * Meanwhile others may take the stream over.
   */
  returns?(signal: AbortSignal): Promise<boolean>;
  /** It can be kept waiting without loss. Others lose whole segments when more than the spool holds would wait. */
  readonly canWait: boolean;
  /** What is not as it was asked for, as sentences. */
  readonly notes?: readonly string[];
}

/** FFmpeg as a source. Throws ConfigurationError for options that contradict one another and a file that is not there, SluiceError for a file that cannot be read. */
export async function encoderSource(options: PublishOptions): Promise<MediaSource> {
  const plan = await prepareEncoding(encoderOptions(options), options.ffmpeg, options.signal);
  const { settings } = plan;
  const kind = kindOfInput(settings.input, settings.inputOptions);
  const { ffmpeg, stallAfter, logger } = options;
  // Of what comes once nobody can look beforehand whether its sound can be copied, and what its picture needs.
  let current = plan;
  let asked = encoderOptions(options);
  let found: PictureFacts | undefined;
  const replan = async (more: { readonly audioCodec?: string }): Promise<void> => {
    asked = { ...asked, ...more };
    current = await prepareEncoding(asked, ffmpeg, undefined, found);
  };
  return {
    renditions: plan.outputs.map(({ rendition }) => rendition),
    targets: plan.targets,
    chunks: settings.chunks,
    foreignKeyframes: settings.videoCodec === 'copy',
    notes: plan.notes,
    canReturn: kind === 'live' || isAddress(settings.input),
    isRepeated: kind === 'file' && !isAddress(settings.input),
    canWait: kind === 'stdin' || (kind === 'file' && !settings.realTime),
    run(signal) {
      const run = runEncoder(current, {
        signal,
        onPicture: (picture) => {
          found = picture;
        },
        ...(ffmpeg === undefined ? {} : { program: ffmpeg }),
        ...(stallAfter === undefined ? {} : { stallAfter }),
        ...(logger === undefined ? {} : { onComplaint: (line) => logger.debug(`FFmpeg: ${line}`) }),
      });
      const isMisfit = () => kind !== 'stdin' && found !== undefined && misfit(current, found) !== undefined;
      const events = withPictureThatFits(run, isMisfit, () => replan({}));
      // A file that is read as fast as it can be has no time of its own.
      if (kind === 'file' && !settings.realTime) return events;
      const isCopied = current.sound === 'beside' && current.settings.audioCodec === 'copy';
      return withoutSlowStart(
        isCopied
          ? withSoundThatCopies(events, () => replan({ audioCodec: encoderDefaults.audioCodec }))
          : events,
      );
    },
  };
}

/**
 * The same events; where the run fails because its sound cannot be copied, the next one is to encode it. Sound that was not there when FFmpeg looked
 * has no parameters that a header could be written of, and AAC with ADTS heads has none that MP4 could have.
 */
async function* withSoundThatCopies(
  events: AsyncIterable<MediaEvent>,
  encodeSound: () => Promise<void>,
): AsyncGenerator<MediaEvent> {
  for await (const event of events) {
    if (event.type === 'end' && event.error !== undefined && isAboutSound(event.error)) {
      await encodeSound();
      yield { type: 'note', message: 'the sound cannot be copied as it comes: it is encoded from now on' };
    }
    yield event;
  }
}

/** The same events; where the run ends because its picture is another one than it was made for, the next one is made for this one. */
async function* withPictureThatFits(
  events: AsyncIterable<MediaEvent>,
  isMisfit: () => boolean,
  replan: () => Promise<void>,
): AsyncGenerator<MediaEvent> {
  for await (const event of events) {
    if (event.type !== 'end' || event.error === undefined || !isMisfit()) yield event;
    else
      yield await replan().then(
        () => event,
        (error: Error) => ({ type: 'end', error }),
      );
  }
}

/** A run failed because its sound cannot be copied. */
export function isAboutSound(error: Error): boolean {
  const { message } = error;
  if (error instanceof FormatError) return /\besds\b/.test(message);
  // Of a picture whose beginning it has missed FFmpeg says that its parameters are incorrect, too.
  if (message.includes('dimensions not set')) return false;
  return /sample rate not set|incorrect codec parameters/.test(message);
}

/** The encoder's own of these options; those that are absent take its defaults. */
function encoderOptions(options: PublishOptions): Parameters<typeof prepareEncoding>[0] {
  const { kafka: _, onEvent: _onEvent, signal: _signal, logger: _logger, ...rest } = options;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as EncodingPlan['settings'];
}
