/** What people take instead, over ssh to this machine: scp, rsync, tar. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from '../contender.ts';
import type { Ground } from '../ground.ts';
import { ProcessMeter } from '../process-meter.ts';
import { judge, type Work } from '../work.ts';
import { runMetered } from './command.ts';

/** The command line that moves `source` to `target` at the other end. */
type CommandLine = (ground: Ground, source: string, target: string) => readonly [string, ...string[]];

function overSsh(name: string, ground: Ground, work: Work, line: CommandLine): Contender {
  return {
    name,
    async run() {
      const arrived = join(ground.folder, `arrived-${name.split(' ')[0]}`);
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

/** `rsync -a`: sizes and times decide what is sent, a digest whether it arrived. */
export function rsync(ground: Ground, work: Work): Contender {
  return overSsh('rsync -a over ssh', ground, work, ({ sshd }, source, target) => [
    ...(['rsync', '-a', '-e', `ssh ${sshd.options.join(' ')}`] as const),
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
