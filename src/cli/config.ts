/** `sluice config print`: what each setting is, and where it was found. */
import { Command } from 'commander';
import { find, resolveSettings, type Sources } from '../config.ts';
import { ConfigurationError, describeError, ExitCode } from '../errors.ts';
import { redact } from '../kafka/properties.ts';
import { printable } from '../printable.ts';
import { argumentsWithoutSecrets } from '../secrets.ts';
import { kafkaPlaceOf } from './connection.ts';
import type { Flag, Flags } from './flags.ts';
import { writeJson } from './output.ts';
import { padEnd } from './terminal/text.ts';
import { type Call, createVerb, everyCommand, flagsOf, rootOf } from './verb.ts';

/** One line. */
interface Printed {
  readonly name: string;
  /** As it was written, without secrets; a default in the words of the help. */
  readonly value: string;
  /** E.g. `sluice.min.age (client.properties, line 3)`, or `default`. */
  readonly from: string;
  /** Why it cannot be used. */
  readonly fault?: string;
}

export function configCommand(): Command {
  return new Command('config')
    .summary('show the settings and where they come from')
    .description('Flags, variables of the environment and the file of --config make the settings of a verb.')
    .addCommand(
      createVerb({
        name: 'print',
        summary: 'print each value and where it was found',
        description:
          'Prints the settings of a verb as they are found in the environment and the file of --config, each with its ' +
          'place, or its default, and the properties of Kafka; without a verb what is set, of all of them. Secrets are ' +
          'not shown. Exit code 2 when one of them cannot be used.',
        groups: {},
        words: [['[verb...]', 'e.g. upload, or live publish']],
        examples: [
          ['sluice config print upload --config client.properties', 'What an upload would go by'],
          ['sluice config print --json', 'All that is set, for programs'],
        ],
        run,
      }),
    );
}

async function run({
  words,
  command,
  sources,
  kafka,
  output,
}: Call<Record<never, never>>): Promise<ExitCode> {
  const settings = words.length === 0 ? flagsOfAll(command) : flagsNamed(command, words);
  const printed = [...settingsOf(settings, sources, words.length > 0), ...kafkaOf(kafka, sources)];
  for (const line of output.json ? [] : textOf(printed)) process.stdout.write(`${line}\n`);
  if (output.json) for (const line of printed) writeJson({ type: 'setting', ...line });
  return printed.some(({ fault }) => fault !== undefined) ? ExitCode.usage : ExitCode.ok;
}

function flagsOfAll(command: Command): Flags {
  const all = everyCommand(rootOf(command)).filter((other) => other !== command);
  return Object.assign({}, ...all.map((other) => byFlag(flagsOf(other) ?? {})));
}

function flagsNamed(command: Command, words: readonly string[]): Flags {
  let found = rootOf(command);
  for (const word of words) {
    const next = found.commands.find((other) => other.name() === word);
    if (next === undefined)
      throw new ConfigurationError(`"${words.join(' ')}" is no verb: sluice --help has them`);
    found = next;
  }
  const flags = flagsOf(found);
  if (flags !== undefined) return flags;
  const below = found.commands.map((other) => other.name()).join(', ');
  throw new ConfigurationError(`"${words.join(' ')}" is no verb by itself: add one of ${below}`);
}

/** Verbs have keys of their own for flags that are one to the user. */
function byFlag(flags: Flags): Flags {
  return Object.fromEntries(Object.values(flags).map((flag) => [flag.flag, flag]));
}

/** Kafka's own are told of by themselves. */
const isKafkas = ({ flag }: Flag<unknown>): boolean => flag === 'property' || flag === 'bootstrap-servers';

function settingsOf(flags: Flags, sources: Sources, withDefaults: boolean): Printed[] {
  return Object.values(flags)
    .filter((flag) => !isKafkas(flag))
    .flatMap((flag) => {
      const name = flag.flag;
      const found = find(flag, sources);
      if (found === undefined)
        return withDefaults ? { name, value: flag.shownDefault ?? defaultOf(flag), from: 'default' } : [];
      const [, value = ''] = argumentsWithoutSecrets([`--${name}`, textOfRaw(found.raw)]);
      const fault = faultOf(flag, sources);
      return { name, value, from: found.place, ...(fault === undefined ? {} : { fault }) };
    });
}

function defaultOf({ form, required }: Flag<unknown>): string {
  if (required === true) return '(required)';
  return form === 'switch' ? 'false' : '';
}

function textOfRaw(raw: string | boolean | readonly string[]): string {
  return typeof raw === 'object' ? raw.join(', ') : String(raw);
}

function faultOf(flag: Flag<unknown>, sources: Sources): string | undefined {
  try {
    resolveSettings({ flag }, sources);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

function kafkaOf(kafka: Call<Record<never, never>>['kafka'], sources: Sources): Printed[] {
  return Object.entries(redact(kafka)).map(([name, value]) => ({
    name,
    value,
    from: kafkaPlaceOf(name, sources),
  }));
}

/** Names and values, then places in a column of their own. Pure. */
function textOf(printed: readonly Printed[]): string[] {
  const left = printed.map(({ name, value }) => printable(`${name} = ${value}`));
  const width = Math.min(60, Math.max(0, ...left.map(({ length }) => length)));
  return printed.flatMap(({ from, fault }, at) => [
    `${padEnd(left[at]!, width)}  # ${printable(from)}`,
    ...(fault === undefined ? [] : [`  # cannot be used: ${printable(fault)}`]),
  ]);
}
