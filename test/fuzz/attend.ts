/** Starts a child for a target, and sees what the child cannot: that it crashed, that it loops, how much memory it took. */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Order, Told } from './child.ts';
import { parseCase } from './corpus.ts';
import { type Failure, itemsOf, type Outcome } from './fuzz.ts';
import { targetNamed } from './targets.ts';

export interface Report extends Outcome {
  readonly unit: string;
  readonly peakMemory: number;
}

const childProgram = fileURLToPath(new URL('child.ts', import.meta.url));
/**
 * Rubbish is collected before it counts: what remains above this is a leak, and ends the process. With a young generation as large as V8
 * likes it, a hundred megabytes of the peak are rubbish that nobody needed to collect yet (ADR 47).
 */
const heap = ['--max-old-space-size=80', '--max-semi-space-size=4'];
/** What a case may take is judged by the child, unless its loop stands still. */
const standsStill = 3;

/** `program` and `limit` (milliseconds between two cases): to see that what goes wrong with a child is found. */
export async function attend(order: Order, program = childProgram, limit?: number): Promise<Report> {
  const target = await targetNamed(order.target).open();
  await target.close();
  const began = performance.now();
  let at = { number: order.first, inputs: 0 };
  let end: Extract<Told, { type: 'end' }> | undefined;
  let stderr = '';
  const child = fork(program, [JSON.stringify(order)], {
    execArgv: heap,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  let isStill = false;
  const watch = () =>
    setTimeout(
      () => {
        isStill = true;
        child.kill('SIGKILL');
      },
      limit ?? target.limit * standsStill,
    );
  let timer = watch();
  child.on('message', (told: Told) => {
    clearTimeout(timer);
    if (told.type === 'end') end = told;
    else at = told;
    timer = watch();
  });
  const code = await new Promise<string>((resolve) => {
    child.once('exit', (status, signal) => resolve(String(signal ?? status)));
  });
  clearTimeout(timer);
  const { unit } = target;
  if (end !== undefined) {
    const tooMuch = end.peakMemory > target.memory;
    const fault = `${Math.round(end.peakMemory / 1e6)} MB of memory, ${target.memory / 1e6} at the most`;
    const found = end.outcome.failure ?? (tooMuch ? { number: at.number, faults: [fault] } : undefined);
    const failure = found && failureAt(order, found.number, found.faults);
    return { ...end.outcome, failure, unit, peakMemory: end.peakMemory };
  }
  const fault = isStill ? 'its loop stands still' : `the process ended with ${code}: ${stderr}`;
  const failure = failureAt(order, at.number, [fault]);
  const seconds = (performance.now() - began) / 1000;
  return { cases: at.number - order.first, inputs: at.inputs, seconds, failure, unit, peakMemory: 0 };

  function failureAt({ file, seed }: Order, number: number, faults: readonly string[]): Failure {
    const items =
      file === undefined ? itemsOf(target, seed, number) : parseCase(readFileSync(file, 'utf8')).items;
    return { number, items, faults };
  }
}
