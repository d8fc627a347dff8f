/** `npm run demo`: its flags, Ctrl-C, and how it ends. */
import { parseArgs } from 'node:util';
import { describeError, ExitCode, SluiceError } from '../errors.ts';
import { runDemo } from './demo.ts';
import { Display } from './display.ts';
import { defaultFolder } from './folder.ts';

const usage = `npm run demo [-- --once] [--folder DIR]

  --once        stop when the copy is verified; also when stdout is no terminal
  --folder DIR  work in this folder, which is made anew (default: ${defaultFolder})
`;

interface Flags {
  readonly once: boolean;
  readonly folder: string;
}

/** Undefined when nothing is to be run: the help was asked for, or the flags are wrong. */
function readFlags(): Flags | undefined {
  try {
    const options = {
      once: { type: 'boolean' },
      folder: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ options });
    if (!values.help) {
      return { once: values.once ?? process.stdout.isTTY !== true, folder: values.folder ?? defaultFolder };
    }
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`demo: ${describeError(error)}\n\n${usage}`);
    process.exitCode = ExitCode.usage;
  }
  return undefined;
}

async function main(flags: Flags): Promise<ExitCode> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(ExitCode.interrupted);
    stop.abort(new SluiceError('interrupted', { exitCode: ExitCode.interrupted }));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // Nobody reads it any more: what was started is stopped all the same.
  process.stdout.on('error', () => stop.abort(new SluiceError('standard output cannot be written')));
  process.stderr.on('error', () => {});
  try {
    await runDemo({ ...flags, display: new Display(), signal: stop.signal });
    return ExitCode.ok;
  } catch (error) {
    if (stop.signal.aborted) return ExitCode.interrupted;
    process.stderr.write(
      `\ndemo: ${error instanceof SluiceError ? describeError(error) : String((error as Error).stack)}\n`,
    );
    return error instanceof SluiceError ? error.exitCode : ExitCode.unexpected;
  }
}

const flags = readFlags();
if (flags) process.exitCode = await main(flags);
