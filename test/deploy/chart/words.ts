/** What the real command line makes of a container's words and variables. */
import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { kafkaProperties } from '../../../src/cli/connection.ts';
import { strangeVariables } from '../../../src/cli/environment.ts';
import { writtenFlags } from '../../../src/cli/flags.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { everyCommand, flagsOf } from '../../../src/cli/verb.ts';
import { resolveSettings } from '../../../src/config.ts';
import type { ClientProperties } from '../../../src/kafka/properties.ts';

export interface Understood {
  readonly verb: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly kafka: ClientProperties;
}

/** Parses words and variables as `sluice` does, and runs nothing. Throws what a user would read. */
export function understood(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Understood {
  const program = createProgram('0');
  let called: Command | undefined;
  for (const command of everyCommand(program)) {
    if (flagsOf(command) !== undefined)
      command.action(() => {
        called = command;
      });
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  }
  program.parse(words, { from: 'user' });
  assert.ok(called, `no verb: ${words.join(' ')}`);
  const known = everyCommand(program).flatMap(({ options }) => options.map((option) => option.name()));
  assert.deepEqual(strangeVariables(environment, known), [], 'variables that mean nothing');
  const sources = { flags: writtenFlags(called), environment };
  const settings = resolveSettings(flagsOf(called)!, sources);
  return { verb: called.name(), settings, kafka: kafkaProperties(sources) };
}
