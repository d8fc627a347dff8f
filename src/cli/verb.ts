/** What every verb does alike: its flags and help, its sources of settings, and how it ends. */
import { Command } from 'commander';
import { type Resolved, resolveSettings, type Settings, type Sources } from '../config.ts';
import type { ExitCode } from '../errors.ts';
import type { ClientProperties } from '../kafka/properties.ts';
import { printable } from '../printable.ts';
import { readConfigurationFile } from './config-file.ts';
import { connectionFlags, kafkaProperties } from './connection.ts';
import { strangeVariables } from './environment.ts';
import { reportFailure } from './failure.ts';
import { addFlags, type Flags, writtenFlags } from './flags.ts';
import { type OutputSettings, outputFlags } from './output.ts';
import { type Variables, withoutServiceLinks } from './service-links.ts';
import { outputFailure } from './stdout.ts';

/** What a verb is called with. */
export interface Call<S extends Settings> {
  readonly settings: Resolved<S>;
  readonly output: OutputSettings;
  readonly kafka: ClientProperties;
  /** Positional arguments. */
  readonly words: readonly string[];
}

export interface VerbOptions<S extends Flags> {
  readonly name: string;
  /** A clause for the list of verbs. */
  readonly summary: string;
  /** A paragraph for the verb's own help. */
  readonly description: string;
  /** Headings of the help and the flags beneath them. */
  readonly groups: Readonly<Record<string, Flags>>;
  /** The flags of all groups. */
  readonly flags: S;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Positional arguments, as commander writes them, with their help. */
  readonly words?: readonly (readonly [form: string, help: string])[];
  /** False for a verb that does not connect to a cluster. Default true. */
  readonly connects?: boolean;
  readonly run: (call: Call<S>) => Promise<ExitCode>;
}

/** A command of the program. Its action never rejects: it prints what went wrong and sets the exit code. */
export function createVerb<S extends Flags>(options: VerbOptions<S>): Command {
  const command = new Command(options.name).summary(options.summary).description(options.description);
  for (const [form, help] of options.words ?? []) command.argument(form, help);
  for (const [heading, flags] of Object.entries(options.groups)) addFlags(command, `${heading}:`, flags);
  if (options.connects !== false) addFlags(command, 'Connection:', connectionFlags);
  addFlags(command, 'Output:', outputFlags);
  command.addHelpText('after', examplesText(options.examples));
  command.action(async () => {
    const flags = writtenFlags(command);
    let json = flags.json === true;
    try {
      const variables = withoutServiceLinks(process.env);
      const sources = await readSources(flags, variables.own);
      const output = resolveSettings(outputFlags, sources);
      json = output.json;
      if (!output.quiet) tellOfVariables(command, variables, output);
      const settings = resolveSettings(options.flags, sources);
      const call = { settings, output, kafka: kafkaProperties(sources), words: command.args };
      const exitCode = await options.run(call);
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
  const known = everyCommand(rootOf(command)).flatMap(({ options }) =>
    options.map((option) => option.name()),
  );
  for (const variable of strangeVariables(own, known)) {
    say(`warning: the variable ${variable} is not known and has no effect`);
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

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function examplesText(examples: VerbOptions<Flags>['examples']): string {
  const lines = examples.map(([command, meaning]) => `  ${meaning}:\n    $ ${command}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}
