/**
 * Loaded before the command line (`node --import`): makes a crash point fatal, or counts them all.
 *
 * `CRASH_AT=POINT/COUNT`: SIGKILL to this process when it comes to the point for that time. `CRASH_COUNTS=FILE`: how often it came
 * to each, as JSON, written at its end.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { listenAtCrashPoints } from '../../src/crash-points.ts';

const { CRASH_AT: fatal, CRASH_COUNTS: file } = process.env;
const [point, count] = fatal?.split('/') ?? [];
const counts: Record<string, number> = {};

// Threads have modules of their own, and no points.
if (isMainThread) {
  listenAtCrashPoints((name) => {
    counts[name] = (counts[name] ?? 0) + 1;
    if (name === point && counts[name] === Number(count)) process.kill(process.pid, 'SIGKILL');
  });
  if (file !== undefined) process.on('exit', () => writeFileSync(file, JSON.stringify(counts)));
}
