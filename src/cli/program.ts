/** The program: its verbs, its help, and what becomes of a command line that it does not understand. */
import { Command, CommanderError, Option } from 'commander';
import { ExitCode } from '../errors.ts';
import { brokerCommand } from './broker.ts';
import { catCommand } from './cat.ts';
import { completionCommand } from './completion.ts';
import { configCommand } from './config.ts';
import { consoleCommand } from './console.ts';
import { doctorCommand } from './doctor.ts';
import { downloadCommand } from './download.ts';
import { reportFailure } from './failure.ts';
import { ingestCommand } from './ingest.ts';
import { listCommand } from './list.ts';
import { liveCommand } from './live.ts';
import { excessText, meantBy } from './mistyped.ts';
import { relayCommand } from './relay.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { stateCommand } from './state.ts';
import { statusCommand } from './status.ts';
import { topicCommand } from './topic.ts';
import { uploadCommand } from './upload.ts';
import { everyCommand } from './verb.ts';
import { verifyCommand } from './verify.ts';

const examples = `
Examples:
  A Kafka for trying things out:
    $ sluice broker start
  Send a folder, and rebuild it elsewhere:
    $ sluice upload --from photos --topic files
    $ sluice download --to copies --topic files
  Publish a test picture as a live stream:
    $ sluice live publish --stream demo --input test
  Watch it in a browser:
    $ sluice serve
  See what a topic holds, and what is not as it should be:
    $ sluice list --topic files
    $ sluice doctor --topic files

Every flag is also a variable (--min-age is SLUICE_MIN_AGE) and a property of the --config file
(sluice.min.age). Kafka's own properties are variables too (sasl.password is SLUICE_SASL_PASSWORD).

Exit codes: 0 all well, 1 unexpected, 2 usage or configuration, 3 some files failed or are
incomplete, 4 cluster unreachable, 130 interrupted.
`;

/** The whole command line, ready to parse. */
export function createProgram(version: string): Command {
  const program = new Command('sluice')
    .description('Files of any size, and live video, through Apache Kafka.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [verb]', 'print the help of a verb')
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    // A verb with verbs below it: their flags have the same names, and stand behind theirs.
    .enablePositionalOptions();
  const verbs = [
    uploadCommand(),
    downloadCommand(),
    listCommand(),
    catCommand(),
    verifyCommand(),
    liveCommand(),
    ingestCommand(),
    serveCommand(),
    consoleCommand(),
    relayCommand(),
    brokerCommand(),
    doctorCommand(),
    topicCommand(),
    schemaCommand(),
    configCommand(),
    statusCommand(),
    stateCommand(),
    completionCommand(),
  ];
  for (const verb of verbs) program.addCommand(verb);
  for (const command of everyCommand(program)) politely(command);
  return program;
}

/** Help within 100 columns; errors thrown, in the words of every other error, with the way to the help. */
function politely(command: Command): void {
  const heading = command.parent === null ? 'Options:' : 'Output:';
  command
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 100) })
    .configureOutput({ outputError: (text, write) => write(excessText(command, text)) })
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
    .exitOverride();
  command.showHelpAfterError(`See ${pathOf(command)} --help`);
}

/** E.g. `sluice broker start`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Runs a command line and resolves with its exit code. */
export async function run(words: readonly string[], version: string): Promise<ExitCode> {
  try {
    const program = createProgram(version);
    await program.parseAsync(meantBy(program, words), { from: 'user' });
    return (process.exitCode as ExitCode | undefined) ?? ExitCode.ok;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, false);
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
}
