/** `sluice schema list` and `sluice schema show`. */
import type { Command } from 'commander';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import { catalogue, type SchemaEntry } from '../../schemas/catalogue.ts';
import { writeJson } from '../output.ts';
import { mostSimilar } from '../similar.ts';
import { padEnd } from '../terminal/text.ts';
import { type Call, createVerb } from '../verb.ts';

export function schemaListCommand(): Command {
  return createVerb({
    name: 'list',
    summary: 'list the schemas',
    description:
      'Lists the schemas by name: of the lines that --json prints, by verb, and of what stands on the topics.',
    groups: {},
    connects: false,
    examples: [['sluice schema list', 'All of them']],
    run: async ({ output }) => {
      for (const { name, title } of catalogue) {
        if (output.json) writeJson({ type: 'schema', name, title });
        else process.stdout.write(`${padEnd(name, 22)}${title}\n`);
      }
      return ExitCode.ok;
    },
  });
}

export function schemaShowCommand(): Command {
  return createVerb({
    name: 'show',
    summary: 'print a schema',
    description: 'Prints a JSON Schema (draft-07), with --json in one line.',
    groups: {},
    words: [['<name>', 'as `sluice schema list` has it']],
    connects: false,
    examples: [['sluice schema show upload > upload.schema.json', 'What sluice upload --json prints']],
    run: show,
  });
}

async function show({ words, output }: Call<Record<never, never>>): Promise<ExitCode> {
  const { loadSchemas } = await import('../../schemas/load.ts');
  const { name } = entryOf(words[0] ?? '');
  const schema = (await loadSchemas())[name];
  process.stdout.write(`${JSON.stringify(schema, undefined, output.json ? undefined : 2)}\n`);
  return ExitCode.ok;
}

/** Throws ConfigurationError for a name that no schema has. */
export function entryOf(name: string): SchemaEntry {
  const entry = catalogue.find((one) => one.name === name);
  if (entry !== undefined) return entry;
  const meant = mostSimilar(
    name,
    catalogue.map((one) => one.name),
  );
  const hint = meant === undefined ? 'sluice schema list has their names' : `is ${meant} meant?`;
  throw new ConfigurationError(`there is no schema "${name}"; ${hint}`);
}
