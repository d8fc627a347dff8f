/** `sluice status`: how the transfers are that run on this machine. */
import type { Command } from 'commander';
import { ExitCode } from '../errors.ts';
import { writeJson } from './output.ts';
import { statusLines } from './status/lines.ts';
import type { RunStatus } from './status/run-status.ts';
import { askAll } from './status/socket.ts';
import { type Call, createVerb } from './verb.ts';

export function statusCommand(): Command {
  return createVerb({
    name: 'status',
    summary: 'show the uploads and downloads that run on this machine',
    description:
      'Asks the uploads and downloads of this user that run on this machine: what is done, in flight and left, what ' +
      'they wait for, which files did not make it so far, and when the next run of a schedule is. Exit code 3 when none runs, or one does not answer.',
    groups: {},
    connects: false,
    examples: [
      ['sluice status', 'For people'],
      ['sluice status --json | jq .filesOpen', 'For a script'],
    ],
    run,
  });
}

async function run({ output }: Call<Record<never, never>>): Promise<ExitCode> {
  // They are of this user, and of this release or another one: what they lack is not shown.
  const { answers, silent } = await askAll();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  for (const status of answers as readonly RunStatus[]) {
    if (output.json) writeJson(status);
    else say(statusLines(status, Date.now()).join('\n'));
  }
  for (const pid of silent) {
    if (output.json) writeJson({ type: 'no-answer', pid });
    else
      say(
        `An upload or download (process ${pid}) does not answer: it was stopped (kill -CONT ${pid}), or hangs`,
      );
  }
  const count = answers.length + silent.length;
  if (count === 0 && !output.json && !output.quiet) say('No upload or download runs here.');
  return count > 0 && silent.length === 0 ? ExitCode.ok : ExitCode.incomplete;
}
