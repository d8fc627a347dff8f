/** Runs cases of a target by a seed until one fails, or enough were tried. */
import { Random } from './random.ts';
import type { Target } from './target.ts';

export interface FuzzOptions {
  readonly seed: string;
  /** Inputs to try. */
  readonly count: number;
  /** Steady milliseconds at which no new case is begun. */
  readonly until?: number;
  /** The number of the first case. Default 0. */
  readonly first?: number;
  /** Called before each case. */
  readonly onCase?: (number: number, inputs: number) => void;
}

export interface Failure {
  readonly number: number;
  readonly items: readonly unknown[];
  readonly faults: readonly string[];
}

export interface Outcome {
  readonly cases: number;
  readonly inputs: number;
  readonly seconds: number;
  readonly failure: Failure | undefined;
}

/** The items of a case: by seed and number alone, so that each case can be had without those before it. */
export function itemsOf(target: Target, seed: string, number: number): readonly unknown[] {
  return target.make(new Random(`${target.name} ${seed} ${number}`));
}

export async function fuzz(target: Target, options: FuzzOptions): Promise<Outcome> {
  const { seed, count, until = Number.POSITIVE_INFINITY, first = 0, onCase = () => {} } = options;
  const began = performance.now();
  let inputs = 0;
  let number = first;
  let failure: Failure | undefined;
  for (; failure === undefined && inputs < count && performance.now() < until; number += 1) {
    onCase(number, inputs);
    const items = itemsOf(target, seed, number);
    const faults = await faultsOf(target, items);
    if (faults.length > 0) failure = { number, items, faults };
    inputs += target.count(items);
  }
  return { cases: number - first, inputs, seconds: (performance.now() - began) / 1000, failure };
}

/** What is wrong with a case: what its judge says, what it throws, what nobody handles, and that it does not end. */
export async function faultsOf(target: Target, items: readonly unknown[]): Promise<readonly string[]> {
  const faults: string[] = [];
  const unhandled = (error: unknown) => faults.push(`an error that nobody handles: ${textOf(error)}`);
  process.on('unhandledRejection', unhandled).on('uncaughtException', unhandled);
  const hangs = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(() => hangs.resolve([`no end within ${target.limit} ms`]), target.limit);
  try {
    faults.push(...(await Promise.race([target.judge(items), hangs.promise])));
    // What was thrown and is handled by nobody is told after the turn in which it was thrown.
    await new Promise(setImmediate);
  } catch (error) {
    faults.push(`an error that no hostile input may cause: ${textOf(error)}`);
  } finally {
    clearTimeout(timer);
    process.off('unhandledRejection', unhandled).off('uncaughtException', unhandled);
  }
  return faults;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
