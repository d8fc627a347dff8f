/** A network of one's own, so that what crosses it can be counted: nobody else's bytes are on its loopback. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const mark = 'BENCH_ALONE';

/** Starts this program again in a network namespace (Linux, root), and ends with it. Returns where it is in one already. */
export function inOwnNetwork(): void {
  if (process.env[mark] === '1') return;
  const command = [
    '--net',
    'sh',
    '-c',
    'ip link set lo up && exec "$@"',
    'sh',
    process.execPath,
    ...process.argv.slice(1),
  ];
  const { status, error } = spawnSync('unshare', command, {
    stdio: 'inherit',
    env: { ...process.env, [mark]: '1' },
  });
  if (error !== undefined) throw error;
  process.exit(status ?? 1);
}

/** Bytes that have crossed the loopback, heads of IP and TCP included. */
export function crossed(): number {
  const line = /^\s*lo:\s*(\d+)/m.exec(readFileSync('/proc/net/dev', 'utf8'));
  return Number(line?.[1] ?? Number.NaN);
}
