/** Whether what was handed to somebody is kept, and how much of memory is alive. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How many of them are still in memory after all that nobody holds was collected. */
export async function countKept(references: readonly WeakRef<object>[]): Promise<number> {
  await collectGarbage();
  return references.filter((reference) => reference.deref() !== undefined).length;
}

/** All that nobody holds is gone then: what is left of the heap is alive. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // A reference holds what it names for as long as the turn goes on in which it was made.
  await setImmediate();
  collect();
}
