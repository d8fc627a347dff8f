/** `sluice state forget`: what was sent is new again. */
import type { Command } from 'commander';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import * as quantity from '../../quantities.ts';
import { readerGivesUpAfter } from '../connection.ts';
import { type FlagsIn, optional, toggle } from '../flags.ts';
import { logEvents } from '../log-reporter.ts';
import { createVerbLogger, writeJson } from '../output.ts';
import { path } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { pathFlags, stateFlags, whoseExactly } from './whose.ts';

export const namesFlags = {
  encryptNames: optional(
    'encrypt-names',
    'FILE',
    path,
    'the key of names, of an uploader that encrypts them too',
  ),
} as const;

const groups = {
  'What to forget': {
    ...stateFlags,
    ...pathFlags,
    yes: toggle('yes', 'do it; without this nothing is changed'),
    ...namesFlags,
  },
} as const;

export function forgetCommand(): Command {
  return createVerb({
    name: 'forget',
    summary: 'have files of an uploader sent again',
    description:
      'Forgets what an uploader remembers of its files, or of some of them: its next run takes them for new, and sends them again. ' +
      'Nothing that stands on the topic, or was received, is touched. Refused while the uploader runs.',
    words: [['<uploader/path>', 'an uploader, or a file of it']],
    groups,
    examples: [
      ['sluice state forget --topic files till-7/a.jpg --yes', 'One file'],
      ['sluice state forget --topic files till-7 --include "2026/**" --yes', 'All files below a folder'],
    ],
    run,
  });
}

async function run({ settings, output, kafka, words }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const { yes, ...others } = settings;
  const which = whoseExactly(words[0] ?? '');
  if (!yes)
    throw new ConfigurationError(
      `what is forgotten of ${words[0]} is sent again by its next run: add --yes (sluice state show has what is remembered)`,
    );
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { forgetState } = await import('../../files/change-state.ts');
  const logger = createVerbLogger(output);
  const options = { giveUpAfter: readerGivesUpAfter, ...others, ...which, kafka, logger };
  const { files } = await forgetState({ ...options, onEvent: logEvents(logger) });
  if (output.json) writeJson({ type: 'forgotten', ...which, files });
  else if (!output.quiet)
    process.stdout.write(
      `${quantity.files(files)} forgotten: the next run of ${which.uploader} sends them.\n`,
    );
  return ExitCode.ok;
}
