/** What may happen to a topic that is read, in any order. */
import fc from '../../support/properties.ts';
import { brokers, type ControlFault } from './cluster.ts';
import type { Written } from './kept-log.ts';

/** What becomes of a request for records, beside the truth: a number is the code of every partition. `left behind`: by the cut of a line. */
export type ReadFate = 'truth' | 'lost' | 'left behind' | 'short' | 'spoiled' | number;

export type ReadStep =
  | { readonly do: 'write'; readonly partition: number; readonly count: number; readonly how: Written }
  | {
      readonly do: 'serve';
      readonly broker: number;
      readonly fate: ReadFate;
      readonly most: number;
      readonly which: number;
    }
  | { readonly do: 'elect'; readonly partition: number; readonly leader: number }
  | { readonly do: 'cut'; readonly partition: number; readonly leader: number; readonly records: number }
  | { readonly do: 'expire'; readonly partition: number; readonly to: number }
  | {
      readonly do: 'compact';
      readonly partition: number;
      readonly every: number;
      readonly keepsEmpty: boolean;
    }
  | { readonly do: 'control'; readonly fault: ControlFault }
  | { readonly do: 'rebalance' | 'add a partition' };

const partition = fc.nat({ max: 1 });
const broker = fc.nat({ max: brokers - 1 });
/** None of them is final, nor says what a model's log says by itself (1, out of range): leaders that moved or do not know it yet, topics not heard of, faults of storage, what nobody knows. */
const code = fc.constantFrom(-1, 3, 5, 6, 7, 9, 13, 56, 74, 75, 100, 32_000);
export const readStep: fc.Arbitrary<ReadStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      partition: fc.nat({ max: 2 }),
      count: fc.integer({ min: 1, max: 4 }),
      how: fc.constantFrom<Written>('plain', 'plain', 'aborted'),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('serve' as const),
      broker,
      fate: fc.oneof(
        { weight: 6, arbitrary: fc.constant('truth' as const) },
        { weight: 2, arbitrary: fc.constantFrom<ReadFate>('lost', 'left behind', 'short', 'spoiled') },
        { weight: 2, arbitrary: code },
      ),
      most: fc.integer({ min: 1, max: 3 }),
      // Of the connections that wait for an answer.
      which: fc.nat({ max: 7 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('elect' as const), partition, leader: broker }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      partition,
      leader: broker,
      records: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('expire' as const), partition, to: fc.nat({ max: 25 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('compact' as const),
      partition,
      every: fc.integer({ min: 1, max: 3 }),
      keepsEmpty: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('control' as const),
      fault: fc.constantFrom<ControlFault>('lost', 'leaderless', 'stale', -1, 3, 6, 32_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'rebalance' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'add a partition' as const }) },
);

/** A log that is cut and grows again, led by the same broker all the time. */
export const regrowingStep: fc.Arbitrary<ReadStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('serve' as const),
      broker: fc.constant(0),
      fate: fc.constant('truth' as const),
      most: fc.integer({ min: 1, max: 3 }),
      which: fc.nat({ max: 7 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      partition: fc.constant(0),
      leader: fc.constant(0),
      records: fc.integer({ min: 1, max: 50 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      partition: fc.constant(0),
      count: fc.integer({ min: 10, max: 20 }),
      how: fc.constant<Written>('plain'),
    }),
  },
);
