/** What people take instead, over ssh to this machine: scp, rsync, tar. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Contender } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { ProcessMeter } from '../process-meter.ts';
import { judge, onlyFile, type Work } from '../work.ts';
import { runMetered } from './command.ts';

/** The command line that moves `source` to `target` at the other end. */
type CommandLine = (ground: Ground, source: string, target: string) => readonly [string, ...string[]];

function overSsh(name: string, ground: Ground, work: Work, line: CommandLine): Contender {
  return {
    name,
    async run() {
      const arrived = join(ground.folder, `arrived-${name.replaceAll(/\W+/g, '-')}`);
      await mkdir(arrived);
      const sessions = new ProcessMeter(ground.sshd.pid);
      const before = await ground.sshd.sessionsCpu();
      const [command, ...args] = line(ground, work.folder, arrived);
      const { seconds, cost } = await runMetered(command, args);
      const { peakBytes } = sessions.stop();
      const cpuSeconds = (await ground.sshd.sessionsCpu()) - before;
      await judge(work, arrived);
      return { seconds, sides: { sender: cost, receiver: { cpuSeconds, peakBytes } } };
    },
  };
}

/** `scp -r`: what comes is not compared with what was sent, nor is it made durable. */
export function scp(ground: Ground, work: Work): Contender {
  return overSsh('scp', ground, work, ({ sshd }, source, target) => [
    ...(['scp', '-q', '-r', ...sshd.options] as const),
    `${source}/.`,
    `${sshd.host}:${target}`,
  ]);
}

/** The same with another cipher than ssh chooses by itself. */
export function scpWith(cipher: string, ground: Ground, work: Work): Contender {
  return overSsh(`scp -c ${cipher}`, ground, work, ({ sshd }, source, target) => [
    ...(['scp', '-q', '-r', '-c', cipher, ...sshd.options] as const),
    `${source}/.`,
    `${sshd.host}:${target}`,
  ]);
}

/** `scp` of one file, which is made durable then, as it is with Sluice. */
export async function scpAndSync(ground: Ground, work: Work): Promise<Contender> {
  const file = basename(await onlyFile(work));
  return overSsh('scp + sync', ground, work, ({ sshd }, source, target) => [
    'sh',
    '-c',
    `scp -q ${sshd.options.join(' ')} '${source}/${file}' '${sshd.host}:${target}' && sync '${target}/${file}'`,
  ]);
}

const ciphers = ['aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes128-ctr'];

/** The cipher that moves bytes to sshd fastest on this processor: the best of two tries of each. */
export async function fastestCipher({ sshd }: Ground): Promise<string> {
  const bytes = Buffer.alloc(1 << 20);
  const seconds = new Map<string, number>();
  for (const cipher of [...ciphers, ...ciphers]) {
    const args = [...sshd.options, '-c', cipher, sshd.host, 'cat > /dev/null'];
    const started = performance.now();
    const child = spawn('ssh', args, { stdio: ['pipe', 'ignore', 'inherit'] });
    const closed = once(child, 'close') as Promise<[number | null]>;
    for (let sent = 0; sent < 200; sent++) {
      if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, 'drain'), closed]);
    }
    child.stdin.end();
    const [code] = await closed;
    if (code !== 0) throw new Error(`ssh -c ${cipher} ended with ${code}`);
    const taken = performance.now() - started;
    seconds.set(cipher, Math.min(taken, seconds.get(cipher) ?? taken));
  }
  return ciphers.toSorted((a, b) => seconds.get(a)! - seconds.get(b)!)[0]!;
}

/** `rsync -a`: sizes and times decide what is sent, a digest whether it arrived. */
export function rsync(ground: Ground, work: Work): Contender {
  return overSsh('rsync -a over ssh', ground, work, ({ sshd }, source, target) => [
    ...(['rsync', '-a', '-e', `ssh ${sshd.options.join(' ')}`] as const),
    `${source}/`,
    `${sshd.host}:${target}/`,
  ]);
}

/** The same, with what it writes made durable, file by file (rsync 3.2.4 and later). */
export function rsyncFsync(ground: Ground, work: Work): Contender {
  return overSsh('rsync -a --fsync over ssh', ground, work, ({ sshd }, source, target) => [
    ...(['rsync', '-a', '--fsync', '-e', `ssh ${sshd.options.join(' ')}`] as const),
    `${source}/`,
    `${sshd.host}:${target}/`,
  ]);
}

/** `tar | ssh tar`: the quickest of old for many small files. */
export function tar(ground: Ground, work: Work): Contender {
  return overSsh('tar over ssh', ground, work, ({ sshd }, source, target) => [
    'sh',
    '-c',
    `tar -C '${source}' -cf - . | ssh ${sshd.options.join(' ')} ${sshd.host} "tar -C '${target}' -xf -"`,
  ]);
}
