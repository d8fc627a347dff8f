/** `sluice state rebuild`: what was sent is found out from the topic. */
import type { Command } from 'commander';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import * as quantity from '../../quantities.ts';
import { readerGivesUpAfter } from '../connection.ts';
import type { FlagsIn } from '../flags.ts';
import { logEvents } from '../log-reporter.ts';
import { createVerbLogger, writeJson } from '../output.ts';
import { type Call, createVerb } from '../verb.ts';
import { namesFlags } from './forget.ts';
import { stateFlags, whose } from './whose.ts';

const groups = { 'What to rebuild': { ...stateFlags, ...namesFlags } } as const;

export function rebuildCommand(): Command {
  return createVerb({
    name: 'rebuild',
    summary: 'find out from the topic what an uploader has sent',
    description:
      'Reads the whole topic, and writes to TOPIC.state what an uploader sent there and does not remember, or not that newly; records of it ' +
      'that are damaged are replaced. Its next run compares these files by their digests, and does not send them again. What is encrypted ' +
      'cannot be found out so. Refused while the uploader runs.',
    words: [['<uploader>', 'its name']],
    groups,
    examples: [['sluice state rebuild --topic files till-7', 'After TOPIC.state was lost or damaged']],
    run,
  });
}

async function run({ settings, output, kafka, words }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const { uploader, path } = whose(words[0] ?? '');
  if (path !== undefined) throw new ConfigurationError(`"${words[0]}" is a file: name its uploader alone`);
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { rebuildState } = await import('../../files/change-state.ts');
  const logger = createVerbLogger(output);
  const options = { giveUpAfter: readerGivesUpAfter, ...settings, uploader, kafka, logger };
  const { files } = await rebuildState({ ...options, onEvent: logEvents(logger) });
  if (output.json) writeJson({ type: 'rebuilt', uploader, files });
  else if (!output.quiet)
    process.stdout.write(
      `${quantity.files(files)} of ${uploader} found on ${settings.topic} that it did not know.\n`,
    );
  return ExitCode.ok;
}
