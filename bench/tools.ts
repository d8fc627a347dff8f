/** The tools that are compared with, as they name themselves. */
import { spawnSync } from 'node:child_process';

const tools: readonly (readonly [string, ...string[]])[] = [
  ['ssh', '-V'],
  ['rsync', '--version'],
  ['rclone', 'version'],
  ['aws', '--version'],
];

/** One line, e.g. `OpenSSH_9.2p1, rsync 3.2.7, no rclone`. */
export function toolFacts(): string {
  const found = tools.map(([tool, ...args]) => {
    const { stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
    const [first = ''] = `${stdout ?? ''}${stderr ?? ''}`.split('\n');
    const version = /\S*\d+\.\d\S*/.exec(first)?.[0]?.replace(/,$/, '');
    if (version === undefined) return `no ${tool}`;
    return tool === 'ssh' ? version : `${tool} ${version}`;
  });
  return found.join(', ');
}
