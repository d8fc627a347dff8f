/** Properties that mostly wait: many of their runs beside one another, and a failing one made small by itself. */
import fc from '../support/properties.ts';
import { type Parameters, parameters } from './parameters.ts';

export interface AtOnce extends Parameters {
  /** How many run beside one another. */
  readonly atOnce: number;
}

/** As `fc.assert`. Which of those that fail is told hangs on the clock; its seed and path are told with it. */
export async function assertAtOnce<Value>(
  arbitrary: fc.Arbitrary<Value>,
  play: (value: Value) => Promise<void>,
  { atOnce, ...wanted }: AtOnce,
): Promise<void> {
  const { numRuns, seed } = parameters(wanted);
  const property = fc.asyncProperty(arbitrary, play);
  const left = [...fc.sample(arbitrary, { numRuns, seed }).entries()];
  let failed: { readonly run: number; readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && failed === undefined; next = left.shift()) {
      const [run, value] = next;
      await play(value).catch((error: unknown) => {
        failed ??= { run, error };
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failed === undefined) return;
  const { run, error } = failed as { run: number; error: unknown };
  const again = { seed, path: String(run), numRuns: run + 1, interruptAfterTimeLimit: 30_000 };
  await fc.assert(property, { ...again, markInterruptAsFailure: false });
  // By itself it passes.
  throw new Error(`seed ${seed}, run ${run}: ${fc.stringify(fc.sample(arbitrary, { numRuns, seed })[run])}`, {
    cause: error,
  });
}
