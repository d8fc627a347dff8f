/** rsync to a daemon of its own on loopback: no ssh, no cipher, one TCP connection. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/broker/ports.ts';
import { waitFor } from '../../test/support/wait.ts';
import type { Contender } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { ProcessMeter } from '../process-meter.ts';
import { judge, type Work } from '../work.ts';
import { runMetered } from './command.ts';

/** `flags`: beside `-a`. The daemon stands before the race begins, as a broker and sshd do. */
export function rsyncDaemon(ground: Ground, work: Work, flags: readonly string[] = []): Contender {
  const name = ['rsync -a', ...flags, 'to a daemon'].join(' ');
  return {
    name,
    async run() {
      const arrived = join(ground.folder, 'arrived-rsync-daemon');
      await mkdir(arrived);
      await using daemon = await startDaemon(ground.folder, arrived);
      const meter = new ProcessMeter(daemon.pid);
      meter.restart();
      const target = `rsync://127.0.0.1:${daemon.port}/arrived/`;
      const { seconds, cost } = await runMetered('rsync', ['-a', ...flags, `${work.folder}/`, target]);
      const receiver = meter.stop();
      await judge(work, arrived);
      return { seconds, sides: { sender: cost, receiver } };
    },
  };
}

interface Daemon extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

async function startDaemon(folder: string, path: string): Promise<Daemon> {
  const { uid, gid } = userInfo();
  const config = join(folder, 'rsyncd.conf');
  // As root it would become nobody for what it writes.
  const owner = uid === 0 ? [`uid = ${uid}`, `gid = ${gid}`] : [];
  const lines = ['use chroot = no', '[arrived]', `path = ${path}`, 'read only = no', ...owner];
  await writeFile(config, lines.map((line) => `${line}\n`).join(''));
  const port = await freePort('127.0.0.1', new Set());
  const log = join(folder, 'rsyncd.log');
  await rm(log, { force: true });
  const args = ['--daemon', '--no-detach', `--config=${config}`, '--address=127.0.0.1', `--port=${port}`];
  const child = spawn('rsync', [...args, `--log-file=${log}`], { stdio: 'ignore' });
  const listens = async (): Promise<boolean> => (await readFile(log, 'utf8')).includes('listening on port');
  await waitFor(listens, { what: 'the rsync daemon' });
  return {
    pid: child.pid ?? 0,
    port,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}
