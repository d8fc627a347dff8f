/** The command line, as a process of its own. */

import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Finished, type RunningCommand, type RunOptions, runCommand, startCommand } from './process.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Runs `sluice ARGS` to its end. */
export function runSluice(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return runCommand(process.execPath, [main, ...args], options);
}

/** Starts `sluice ARGS`; it is killed after the test at the latest. */
export function startSluice(
  t: TestContext,
  args: readonly string[],
  options: RunOptions = {},
): RunningCommand {
  return startCommand(process.execPath, [main, ...args], options, t);
}
