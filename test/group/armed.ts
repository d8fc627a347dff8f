/**
 * Loaded before the command line (`node --import`): `SIGNAL_AT="SIGSTOP POINT/COUNT"` has the process send itself that signal when it comes to that
 * crash point for that time.
 */
import { isMainThread } from 'node:worker_threads';
import { listenAtCrashPoints } from '../../src/crash-points.ts';

const [signal = '', at = ''] = (process.env.SIGNAL_AT ?? '').split(' ');
const [point, count] = at.split('/');
let left = Number(count);

// Threads have modules of their own, and no points.
if (isMainThread)
  listenAtCrashPoints((name) => {
    if (name === point && --left === 0) process.kill(process.pid, signal);
  });
