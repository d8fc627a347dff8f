/**
 * Loaded into a program under watch before it begins (`node --expose-gc --import probe.ts ...`): tells what only the process itself
 * knows, when it is asked. It changes nothing else, and ends the program when whoever asks has died.
 */

import { getHeapSpaceStatistics } from 'node:v8';

/** What a process says of itself; bytes. Memory is that after a full collection, where one was asked for. */
export interface Inside {
  /** Objects, strings and arrays; without code, which V8 makes and throws away for as long as a program runs. */
  readonly heap: number;
  /** Buffers and what else stands outside of V8's heap. */
  readonly external: number;
  readonly timers: number;
  /** Sockets, pipes, watchers and whatever else keeps the event loop busy. */
  readonly handles: number;
}

interface Question {
  readonly probe: number;
  readonly collect: boolean;
}

/** Where V8 keeps machine code, bytecode and what it never changes. */
const ofCode = /^(?:code|trusted|read_only|shared_trusted)/;

function heapOfObjects(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => !ofCode.test(name));
  return spaces.reduce((sum, { space_used_size: used }) => sum + used, 0);
}

const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', (question: Question) => {
  if (typeof question?.probe !== 'number') return;
  // Twice: what finalizers give back is collected by the second.
  if (question.collect) for (let round = 0; round < 2; round += 1) collect?.();
  const { external } = process.memoryUsage();
  const heap = heapOfObjects();
  const active = process.getActiveResourcesInfo();
  const timers = active.filter((name) => name === 'Timeout' || name === 'Immediate').length;
  // Work of the moment (a file that is read, a name that is resolved) is no handle.
  const handles = active.filter((name) => /Wrap$|Watcher|Server|Stream|TTY/.test(name)).length;
  const inside: Inside = { heap, external, timers, handles };
  process.send?.({ probe: question.probe, inside });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Neither of them keeps a program alive that has finished.
process.channel?.unref();
