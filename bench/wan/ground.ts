/** What a comparison over a poor line stands on: the line, and at its far side a broker and an sshd. Gone when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Sshd, startSshd } from '../sshd.ts';
import { addresses, type Congestion, type Line, type Link, linkUp } from './emulator.ts';

/** As good as none: what is set up before a race is set up over it. */
export const noLine: Line = { rtt: 0.2, rate: 10_000, loss: 0 };

export interface Ground {
  readonly folder: string;
  readonly link: Link;
  readonly sshd: Sshd;
  readonly bootstrapServers: string;
  /** Another topic at each call. */
  newTopic(): string;
  /** The command line that runs a command at that side. */
  near(words: readonly string[]): readonly [string, ...string[]];
  far(words: readonly string[]): readonly [string, ...string[]];
}

/**
 * Calls `work` on a ground below `place`; everything is stopped and removed afterwards. The line is {@link noLine} at first. `properties`:
 * of the broker, NAME=VALUE.
 */
export async function onLine<T>(
  place: string,
  congestion: Congestion,
  work: (ground: Ground) => Promise<T>,
  properties: readonly string[] = [],
): Promise<T> {
  const root = await mkdtemp(join(await realpath(place), 'sluice-bench-wan-'));
  const removeAtExit = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  process.on('exit', removeAtExit);
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', removeAtExit);
  });
  const folder = join(root, 'files');
  await mkdir(folder);
  const link = await linkUp(noLine, congestion);
  stack.defer(() => link.down());
  const far = (words: readonly string[]): readonly [string, ...string[]] => link.command('far', words);
  const sshd = await startSshd(join(root, 'sshd'), { address: addresses.far, port: 22, command: far });
  stack.defer(() => sshd.stop());
  const broker = await brokerAt(far, join(root, 'kafka'), properties);
  stack.defer(broker.stop);
  let topics = 0;
  return await work({
    folder,
    link,
    sshd,
    bootstrapServers: broker.bootstrapServers,
    newTopic: () => `bench-${++topics}`,
    near: (words) => link.command('near', words),
    far,
  });
}

async function brokerAt(
  far: Ground['far'],
  dataDir: string,
  properties: readonly string[],
): Promise<{ readonly bootstrapServers: string; stop(): Promise<void> }> {
  const program = fileURLToPath(new URL('broker.ts', import.meta.url));
  const [command, ...args] = far([process.execPath, program, addresses.far, dataDir, ...properties]);
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close').then(() => undefined);
  const lines = createInterface({ input: child.stdout! });
  const said = await Promise.race([once(lines, 'line') as Promise<string[]>, closed]);
  if (said?.[0] === undefined) throw new Error('the broker at the far side did not start');
  return {
    bootstrapServers: said[0],
    stop: async () => {
      child.stdin?.end();
      await closed;
    },
  };
}
