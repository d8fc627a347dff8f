/**
 * Ends a child when we are gone without having been able to: killed by SIGKILL, or out of memory. FFmpeg only notices that when it writes, and one that
 * listens for a sender writes nothing and keeps its port for ever. A shell reads a pipe that only we can write to; when it closes
 * without a word, the child is killed. Node has no way to ask the system for this (PR_SET_PDEATHSIG, which Linux alone has).
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

export interface Guardian {
  /** The child has ended, or is looked after in another way. Idempotent. */
  dismiss(): void;
}

const script = 'read -r word; [ "$word" = ended ] || kill -KILL "$1"';

/** `pid`: of the child; undefined where it could not be started. Where there is no shell (Windows), nobody watches. */
export function guard(pid: number | undefined): Guardian {
  if (pid === undefined || process.platform === 'win32') return { dismiss: () => {} };
  // A group of its own, as the child has one: what is sent to ours must not reach it.
  const shell = spawn('/bin/sh', ['-c', script, 'sluice-guardian', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  // Nobody waits for it.
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return { dismiss: () => void shell.stdin.end('ended\n') };
}
