/**
 * One target in a process of its own, so that a crash, a loop without end and memory are seen from outside. Started by `run.ts`; tells
 * it before each case which one it is, and at the end what came of all of them.
 */
import { readFileSync } from 'node:fs';
import { parseCase } from './corpus.ts';
import { type Failure, faultsOf, fuzz, type Outcome } from './fuzz.ts';
import { targetNamed } from './targets.ts';

export type Told =
  | { readonly type: 'case'; readonly number: number; readonly inputs: number }
  | { readonly type: 'end'; readonly outcome: Outcome; readonly peakMemory: number };

export interface Order {
  readonly target: string;
  readonly seed: string;
  readonly first: number;
  readonly count: number;
  /** Milliseconds. */
  readonly lasts: number;
  /** A file with a case to try instead, once. */
  readonly file?: string;
}

// Whatever is left over by a failed case must not hold up the end, nor anything the end of whoever waits for it.
process.on('disconnect', () => process.exit());
const tell = (told: Told): Promise<unknown> => new Promise((resolve) => process.send?.(told, resolve));
const order = JSON.parse(process.argv[2] ?? '') as Order;
const target = await targetNamed(order.target).open();
const outcome = order.file === undefined ? await many() : await one(order.file);
await target.close();
const { failure } = outcome;
// Kilobytes.
await tell({
  type: 'end',
  outcome: { ...outcome, failure: failure && { ...failure, items: [] } },
  peakMemory: process.resourceUsage().maxRSS * 1024,
});
process.disconnect?.();

function many(): Promise<Outcome> {
  const { seed, count, first, lasts } = order;
  const onCase = (number: number, inputs: number): void => void tell({ type: 'case', number, inputs });
  return fuzz(target, { seed, count, first, onCase, until: performance.now() + lasts });
}

async function one(file: string): Promise<Outcome> {
  const { items } = parseCase(readFileSync(file, 'utf8'));
  void tell({ type: 'case', number: 0, inputs: 0 });
  const faults = await faultsOf(target, items);
  const failure: Failure | undefined = faults.length === 0 ? undefined : { number: 0, items, faults };
  return { cases: 1, inputs: target.count(items), seconds: 0, failure };
}
