/**
 * Ends a child when we are gone without having been able to: killed by SIGKILL, or out of memory. FFmpeg only notices that when it writes, and one that
 * listens for a sender writes nothing and keeps its port for ever. A shell reads a pipe that only we can write to; when it closes
 * without a word, the child is killed. Node has no way to ask the system for this (PR_SET_PDEATHSIG, which Linux alone has).
 */
import { Socket } from 'node:net';
import { startChild } from '../../child.ts';

export interface Guardian {
  /** From now on this child is ended with us. `pid`: undefined where it could not be started. */
  watch(pid: number | undefined): void;
  /** The child has ended, or is looked after in another way. Idempotent. */
  dismiss(): void;
}

const script = 'read -r pid || exit 0; read -r word; [ "$word" = ended ] || kill -KILL "$pid"';

/**
 * Starts a guardian before the child that it is for: whoever is killed in between has no child yet, and telling it a number takes
 * no time. Where there is no shell (Windows), nobody watches.
 */
export function startGuardian(): Guardian {
  if (process.platform === 'win32') return { watch: () => {}, dismiss: () => {} };
  // A group of its own, as the child has one: what is sent to ours must not reach it.
  const shell = startChild('/bin/sh', ['-c', script, 'sluice-guardian'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  // Nobody waits for it.
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return {
    watch: (pid) => void (pid === undefined ? shell.stdin.end() : shell.stdin.write(`${pid}\n`)),
    dismiss: () => void shell.stdin.end('ended\n'),
  };
}
