/** `sluice live play`: a stream on stdout. */
import type { Command } from 'commander';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import { giveUpFlag, readerGivesUpAfter } from '../connection.ts';
import { figuresFlags } from '../figures-flags.ts';
import { type FlagsIn, optional, toggle } from '../flags.ts';
import { createVerbLogger } from '../output.ts';
import { interruptible } from '../signals.ts';
import { written } from '../stdout.ts';
import { type Call, createVerb } from '../verb.ts';
import { placeInStream } from './place.ts';
import { logReadingEvents } from './read-events.ts';
import { onceFlag, streamFlags } from './read-flags.ts';

const flags = {
  ...streamFlags,
  from: optional(
    'from',
    'TIME',
    placeInStream,
    'begin at a time, -5m (before now) or beginning',
    'the newest keyframe',
  ),
  once: onceFlag,
  goOn: toggle(
    'go-on',
    'when the picture changes its size or codec: write another init, and go on; otherwise exit code 3',
  ),
  giveUpAfter: giveUpFlag('30s'),
} as const;

const groups = { 'What to play': flags, Figures: figuresFlags } as const;

export function playCommand(): Command {
  return createVerb({
    name: 'play',
    summary: 'write a stream to stdout, for a player',
    description:
      'Writes a stream to stdout as fragmented MP4, from its newest keyframe or a time on, until the programme ends. ' +
      'Times begin at 0 and go on when the publisher restarts. A stream that is not live yet is waited for. When a restart ' +
      'changes the picture size or codec, FFmpeg and ffplay could not go on: the verb ends with exit code 3.',
    groups,
    examples: [
      ['sluice live play --stream demo | ffplay -fflags nobuffer -flags low_delay -', 'Watch it in a window'],
      ['sluice live play --stream demo --from -5m | ffplay -', 'Watch the last five minutes, and go on'],
      ['sluice live play --stream demo | ffmpeg -i - -vf fps=1 frame-%05d.jpg', 'A picture each second'],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  if (process.stdout.isTTY) {
    throw new ConfigurationError('a terminal shows no video: write to a player (| ffplay -) or to a file');
  }
  const logger = createVerbLogger(output);
  const interruption = interruptible((text) => logger.info(text));
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { play } = await import('../../live/play/play.ts');
  try {
    const pieces = play({
      giveUpAfter: readerGivesUpAfter,
      ...settings,
      kafka,
      logger,
      signal: interruption.signal,
      onEvent: logReadingEvents(logger),
    });
    for await (const piece of pieces) await written(piece);
    return interruption.signal.aborted ? ExitCode.interrupted : ExitCode.ok;
  } finally {
    interruption.release();
  }
}
