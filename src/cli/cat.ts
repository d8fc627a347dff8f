/** `sluice cat`: one file's bytes on stdout. */
import type { Command } from 'commander';
import { ExitCode } from '../errors.ts';
import { giveUpFlag, readerGivesUpAfter, topicFlag } from './connection.ts';
import { type FlagsIn, optional, toggle } from './flags.ts';
import { keyFlags } from './key-flags.ts';
import { logEvents } from './log-reporter.ts';
import { createVerbLogger } from './output.ts';
import { written } from './stdout.ts';
import { text } from './values.ts';
import { type Call, createVerb } from './verb.ts';

const catFlags = {
  topic: topicFlag,
  upload: optional(
    'upload',
    'ID',
    text,
    'a version of the file, as `sluice list --all --json` names it',
    'the newest complete one',
  ),
  follow: toggle('follow', 'a file that is still being sent: write what is there, and wait for the rest'),
  giveUpAfter: giveUpFlag('30s'),
} as const;
const groups = { 'What to read': catFlags, 'What is encrypted': keyFlags } as const;

export function catCommand(): Command {
  return createVerb({
    name: 'cat',
    summary: "write one file's bytes to stdout",
    description:
      'Writes one file from a topic to stdout while it is verified. The digest can only be judged at the end: a ' +
      'mismatch ends with exit code 3, after the bytes were written. Where no wrong byte may ever be seen, use download.',
    words: [['<uploader/path>', 'the file, as `sluice list` shows it']],
    groups,
    examples: [
      ['sluice cat --topic files till-7/2026/report.pdf > report.pdf', 'Fetch one file'],
      ['sluice cat --topic files drone-1/film.mp4 --follow | ffplay -', 'Watch a film while it is sent'],
    ],
    run,
  });
}

async function run({ settings, output, kafka, words }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { cat } = await import('../files/cat.ts');
  const file = words[0] ?? '';
  const logger = createVerbLogger(output);
  const onEvent = logEvents(logger);
  const pieces = cat({ giveUpAfter: readerGivesUpAfter, ...settings, kafka, file, logger, onEvent });
  // Waited for, because a piece's memory is used again for the next.
  for await (const piece of pieces) await written(piece);
  return ExitCode.ok;
}
