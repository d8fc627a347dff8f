/** `sluice completion`: what a shell completes, as a script for it. */
import type { Command } from 'commander';
import { ConfigurationError, ExitCode } from '../errors.ts';
import { bashCompletion } from './shown/bash.ts';
import { fishCompletion } from './shown/fish.ts';
import { shownVerb } from './shown/tree.ts';
import { zshCompletion } from './shown/zsh.ts';
import { type Call, createVerb, rootOf } from './verb.ts';

const writers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionCommand(): Command {
  return createVerb({
    name: 'completion',
    summary: 'print what bash, zsh or fish needs to complete commands',
    description:
      'Prints a script by which a shell completes verbs, flags, the words that a flag may have, and paths. It asks nobody: ' +
      'print it anew for a new release.',
    groups: {},
    connects: false,
    words: [['<shell>', 'bash, zsh or fish']],
    examples: [
      ['eval "$(sluice completion bash)"', 'For bash, in ~/.bashrc'],
      ['eval "$(sluice completion zsh)"', 'For zsh, in ~/.zshrc, behind compinit'],
      ['sluice completion fish > ~/.config/fish/completions/sluice.fish', 'For fish, once'],
    ],
    run,
  });
}

async function run({ command, words: [shell = ''] }: Call<Record<never, never>>): Promise<ExitCode> {
  const write = Object.entries(writers).find(([name]) => name === shell)?.[1];
  if (write === undefined) {
    throw new ConfigurationError(
      `there is no completion for ${JSON.stringify(shell)}; it is one of ${Object.keys(writers).join(', ')}`,
    );
  }
  process.stdout.write(write('sluice', shownVerb(rootOf(command))));
  return ExitCode.ok;
}
