/** `sluice broker stop`: ends the broker of a data folder, whoever started it. */
import type { Command } from 'commander';
import { stopBroker } from '../../broker/running.ts';
import { ExitCode } from '../../errors.ts';
import { writeJson } from '../output.ts';
import { type Call, createVerb } from '../verb.ts';
import { dataFlag, foldersOf } from './flags.ts';

const stopFlags = { data: dataFlag } as const;

export function stopCommand(): Command {
  return createVerb({
    name: 'stop',
    summary: 'stop it in good order; its data stays',
    description:
      'Stops the broker of the data folder, whether it runs in some foreground or was left running. ' +
      'Exit code 0 also when none ran.',
    groups: { Broker: stopFlags },
    connects: false,
    examples: [['sluice broker stop', 'The broker of the usual folder']],
    run,
  });
}

async function run({ settings, output }: Call<typeof stopFlags>): Promise<ExitCode> {
  const stopped: string[] = [];
  for (const folder of foldersOf(settings.data)) if (await stopBroker(folder)) stopped.push(folder);
  if (output.json) writeJson({ type: 'stopped', dataDirs: stopped });
  else if (!output.quiet) {
    const lines = stopped.map((folder) => `Stopped. The data stays in ${folder}.`);
    process.stdout.write(`${lines.length > 0 ? lines.join('\n') : 'No broker was running.'}\n`);
  }
  return ExitCode.ok;
}
