/** A child of `attend` that does not do well: it crashes, loops, or takes memory, as its order says. */
import type { Order } from './child.ts';

const { seed } = JSON.parse(process.argv[2] ?? '') as Order;
process.send?.({ type: 'case', number: 0, inputs: 0 });
if (seed === 'crash') process.abort();
if (seed === 'loop') for (;;) {}
const outcome = { cases: 1, inputs: 1, seconds: 0, failure: undefined };
process.send?.({ type: 'end', outcome, peakMemory: seed === 'memory' ? 2 ** 40 : 1 });
process.disconnect?.();
