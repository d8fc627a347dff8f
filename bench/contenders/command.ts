/** Running one foreign command to its end, metered. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Cost, ProcessMeter } from '../process-meter.ts';

export interface CommandRun {
  readonly seconds: number;
  readonly cost: Cost;
}

/** Runs it, with these variables beside our own. Rejects with what it said when it fails. */
export async function runMetered(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  const meter = new ProcessMeter(child.pid);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  const cost = meter.stop();
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr}`);
  return { seconds, cost };
}
