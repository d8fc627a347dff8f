/** What people take instead, from the near side to the far side over ssh. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runMetered } from '../contenders/command.ts';
import { judge, type Work } from '../work.ts';
import type { Transfer } from './contender.ts';
import type { Ground } from './ground.ts';

/** The command line at the near side that moves the work's folder to `target` at the far side. */
type CommandLine = (ground: Ground, work: Work, target: string) => Promise<string[]> | string[];

/** How a tool moves any work on any ground. */
export type Mover = (ground: Ground, work: Work) => Transfer;

function mover(name: string, line: CommandLine): Mover {
  return (ground, work) => ({
    name,
    async run(begun) {
      const target = join(ground.folder, `arrived-${name.replaceAll(/\W+/g, '-')}-${ground.newTopic()}`);
      await mkdir(target);
      const [command, ...args] = ground.near(await line(ground, work, target));
      begun();
      const { seconds } = await runMetered(command, args);
      await judge(work, target);
      return seconds;
    },
  });
}

const ssh = ({ sshd }: Ground): string => `ssh ${sshd.options.join(' ')}`;

export const scp: Mover = mover('scp', ({ sshd }, { folder }, target) => [
  ...['scp', '-q', '-r', ...sshd.options],
  ...[`${folder}/.`, `${sshd.host}:${target}`],
]);

export const rsync: Mover = mover('rsync -a', (ground, { folder }, target) => [
  ...['rsync', '-a', '-e', ssh(ground)],
  ...[`${folder}/`, `${ground.sshd.host}:${target}/`],
]);

const atOnce = 8;

/** What stands at the top of the folder, in eight parts, each by an rsync of its own. One file is not divided by it. */
export const parallelRsync: Mover = mover(
  `rsync -a, xargs -P ${atOnce}`,
  async (ground, { folder }, target) => {
    const entries = (await readdir(folder)).length;
    const each = Math.ceil(entries / atOnce);
    const rsyncs = `rsync -a -e '${ssh(ground)}' "$@" '${ground.sshd.host}:${target}/'`;
    return [
      ...['sh', '-c'],
      `cd '${folder}' && ls | xargs -P ${atOnce} -n ${each} sh -c "$1" rsync`,
      ...['sh', rsyncs],
    ];
  },
);

/** As it comes, with eight files at a time. */
export const rclone: Mover = mover(`rclone, sftp, ${atOnce} transfers`, ({ sshd }, { folder }, target) => {
  const [user, host] = sshd.host.split('@');
  return [
    ...['rclone', 'copy', '--config', '', '--transfers', String(atOnce), '--log-level', 'ERROR'],
    ...['--sftp-host', host!, '--sftp-user', user!, '--sftp-port', String(sshd.port)],
    ...['--sftp-key-file', sshd.key, folder, `:sftp:${target}`],
  ];
});

/** Whether this machine has a program. */
export function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
