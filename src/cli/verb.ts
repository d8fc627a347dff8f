/** What every verb does alike: its flags and help, its sources of settings, and how it ends. */
import { Command } from 'commander';
import {
  type ConfigurationFile,
  placeIn,
  propertyOf,
  type Resolved,
  resolveSettings,
  type Settings,
  type Sources,
  variableOf,
} from '../config.ts';
import { ConfigurationError, type ExitCode } from '../errors.ts';
import type { ClientProperties } from '../kafka/properties.ts';
import { printable } from '../printable.ts';
import { readConfigurationFile } from './config-file.ts';
import { connectionFlags, kafkaProperties } from './connection.ts';
import { strangeVariables } from './environment.ts';
import { reportFailure } from './failure.ts';
import { addFlags, type FlagGroups, type Flags, type FlagsIn, flagsIn, writtenFlags } from './flags.ts';
import { type OutputSettings, outputFlags } from './output.ts';
import { type Variables, withoutServiceLinks } from './service-links.ts';
import { mostSimilar } from './similar.ts';
import { outputFailure } from './stdout.ts';

/** What a verb is called with. */
export interface Call<S extends Settings> {
  readonly settings: Resolved<S>;
  readonly output: OutputSettings;
  readonly kafka: ClientProperties;
  readonly sources: Sources;
  /** Reads the configuration anew: the file, for nothing else changes. Rejects with ConfigurationError. */
  readonly reread: () => Promise<Pick<Call<S>, 'settings' | 'output' | 'kafka'>>;
  /** The verb itself. */
  readonly command: Command;
  /** Positional arguments. */
  readonly words: readonly string[];
}

export interface VerbOptions<G extends FlagGroups> {
  readonly name: string;
  /** A clause for the list of verbs. */
  readonly summary: string;
  /** A paragraph for the verb's own help. */
  readonly description: string;
  /** Headings of the help and the flags beneath them. */
  readonly groups: G;
  readonly examples: Examples;
  /** Positional arguments, as commander writes them, with their help. */
  readonly words?: readonly (readonly [form: string, help: string])[];
  /** False for a verb that does not connect to a cluster. Default true. */
  readonly connects?: boolean;
  readonly run: (call: Call<FlagsIn<G>>) => Promise<ExitCode>;
}

export type Examples = readonly (readonly [command: string, meaning: string])[];

const made = new WeakMap<Command, { readonly flags: Flags; readonly examples: Examples }>();

/** All that a verb takes; undefined for a command that only has verbs below it. */
export function flagsOf(command: Command): Flags | undefined {
  return made.get(command)?.flags;
}

/** The examples of its help; none for a command that only has verbs below it. */
export function examplesOf(command: Command): Examples {
  return made.get(command)?.examples ?? [];
}

/** A command of the program. Its action never rejects: it prints what went wrong and sets the exit code. */
export function createVerb<G extends FlagGroups>(options: VerbOptions<G>): Command {
  const ownFlags = flagsIn(options.groups);
  const command = new Command(options.name).summary(options.summary).description(options.description);
  for (const [form, help] of options.words ?? []) command.argument(form, help);
  for (const [heading, flags] of Object.entries(options.groups)) addFlags(command, `${heading}:`, flags);
  if (options.connects !== false) addFlags(command, 'Connection:', connectionFlags);
  addFlags(command, 'Output:', outputFlags);
  const connection = options.connects === false ? {} : connectionFlags;
  made.set(command, {
    flags: { ...ownFlags, ...connection, ...outputFlags },
    examples: options.examples,
  });
  command.addHelpText('after', examplesText(options.examples));
  command.action(async () => {
    const flags = writtenFlags(command);
    let json = flags.json === true;
    try {
      const variables = withoutServiceLinks(process.env);
      const read = async () => {
        const sources = await readSources(flags, variables.own);
        const output = resolveSettings(outputFlags, sources);
        json = output.json;
        refuseUnknown(sources.file, knownFlags(command));
        return { sources, output };
      };
      const resolve = ({ sources, output }: Awaited<ReturnType<typeof read>>) => {
        const settings = resolveSettings(ownFlags, sources);
        return { settings, output, kafka: kafkaProperties(sources), sources };
      };
      const first = await read();
      if (!first.output.quiet) tellOfVariables(command, variables, first.output);
      const reread = async () => resolve(await read());
      const exitCode = await options.run({ ...resolve(first), reread, command, words: command.args });
      const failure = outputFailure();
      if (failure !== undefined && !failure.isReaderGone) throw failure;
      process.exitCode = exitCode;
    } catch (error) {
      process.exitCode = reportFailure(error, json);
    }
  });
  return command;
}

async function readSources(flags: Sources['flags'], environment: Sources['environment']): Promise<Sources> {
  const { config } = resolveSettings({ config: connectionFlags.config }, { flags, environment });
  return config === undefined
    ? { flags, environment }
    : { flags, environment, file: await readConfigurationFile(config) };
}

function tellOfVariables(
  command: Command,
  { own, linked, doubtful }: Variables,
  { logLevel }: OutputSettings,
): void {
  const say = (text: string) => process.stderr.write(`sluice: ${printable(text)}\n`);
  const known = knownFlags(command);
  for (const variable of strangeVariables(own, known)) {
    const meant = mostSimilar(variable, known.map(variableOf));
    const hint = meant === undefined ? '' : `; is ${meant} meant?`;
    say(`warning: the variable ${variable} is not known and has no effect${hint}`);
  }
  for (const variable of doubtful) {
    say(
      `warning: the variable ${variable} has no effect: it looks like a link to a service, as platforms set it`,
    );
  }
  if (linked.length > 0 && (logLevel === 'debug' || logLevel === 'trace')) {
    say(`variables of a Kubernetes Service or a Docker link, which have no effect: ${linked.join(', ')}`);
  }
}

/** Throws for a property of ours that no verb has: what was to be set would not be. */
function refuseUnknown(file: ConfigurationFile | undefined, flags: readonly string[]): void {
  if (file === undefined) return;
  const known = new Set(flags.map(propertyOf));
  const strange = Object.keys(file.properties).find((name) => name.startsWith('sluice.') && !known.has(name));
  if (strange === undefined) return;
  const meant = mostSimilar(strange, known);
  const advice =
    meant === undefined
      ? 'sluice VERB --help lists the flags, sluice.min.age is --min-age'
      : `is ${meant} meant?`;
  throw new ConfigurationError(`${placeIn(file, strange)} is no setting of Sluice; ${advice}`);
}

/** The flags of all verbs, without their dashes: one file may serve several of them. */
function knownFlags(command: Command): string[] {
  return everyCommand(rootOf(command)).flatMap(({ options }) => options.map((option) => option.name()));
}

export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

export function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function examplesText(examples: Examples): string {
  const lines = examples.map(([command, meaning]) => `  ${meaning}:\n    $ ${command}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}
