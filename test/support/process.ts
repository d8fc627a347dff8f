/** Running commands as a user would: what they print, and how they end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Owner } from './owner.ts';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  /** Number of the user, and of its group, as whom it runs. Default: ours. */
  readonly user?: number;
}

/** How a command ended. `code` is null when a signal ended it. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Resolves once it has ended and all its output has been read. */
  readonly finished: Promise<Finished>;
}

/** Starts a command; with an owner it is killed when that ends, at the latest. */
export function startCommand(
  command: string,
  args: readonly string[],
  { env, cwd, input, user }: RunOptions = {},
  owner?: Owner,
): RunningCommand {
  const as = user === undefined ? {} : { uid: user, gid: user };
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, ...as });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    output.stdout += data;
  });
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    output.stderr += data;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  finished.catch(() => {});
  owner?.after(async () => {
    child.kill('SIGKILL');
    await finished.catch(() => {});
  });
  return { child, output, finished };
}

/** Runs a command to its end. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return startCommand(command, args, options).finished;
}
