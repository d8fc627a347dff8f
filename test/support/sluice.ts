/** The command line, as a process of its own. */
import { fileURLToPath } from 'node:url';
import type { Owner } from './owner.ts';
import { type Finished, type RunningCommand, type RunOptions, runCommand, startCommand } from './process.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Runs `sluice ARGS` to its end. */
export function runSluice(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return runCommand(process.execPath, [main, ...args], options);
}

/** Runs `sluice ARGS` with its output where the shell's `redirection` says, e.g. `>/dev/full` or `| true`. */
export async function redirectSluice(
  redirection: string,
  args: readonly string[],
): Promise<Pick<Finished, 'code' | 'stderr'>> {
  const script = `{ { "$@"; echo "$?" >&3; } ${redirection}; } 3>&1`;
  const words = ['-c', script, 'sh', process.execPath, main, ...args];
  const { stdout, stderr } = await runCommand('sh', words);
  return { code: Number(stdout.trim().split('\n').at(-1)), stderr };
}

/** Starts `sluice ARGS`; it is killed when its owner ends at the latest. */
export function startSluice(owner: Owner, args: readonly string[], options: RunOptions = {}): RunningCommand {
  return startCommand(process.execPath, [main, ...args], options, owner);
}
