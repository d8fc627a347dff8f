/** An intake whose clocks the test moves. */
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Intake } from '../../src/files/find/intake.ts';
import type { IntakeOptions } from '../../src/files/find/intake-options.ts';
import type { Source } from '../../src/stores/contract.ts';

/** An intake with `once`, on clocks that only `pass` moves; what it offers stays under way until the test says otherwise. */
export async function intakeOf(
  t: TestContext,
  source: Source,
  each: () => void = () => {},
  options: Partial<IntakeOptions> = {},
) {
  const begin = performance.now();
  let passed = 0;
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 });
  t.mock.method(performance, 'now', () => begin + passed);
  const offered: string[] = [];
  const refused: string[] = [];
  const intake = new Intake({
    source,
    selection: { file: () => true, folder: () => true },
    minAge: 1000,
    scanInterval: 10_000,
    once: true,
    signal: new AbortController().signal,
    known: () => false,
    offer: ({ path }) => offered.push(path),
    refuse: (path, reason) => refused.push(`${path}: ${reason}`),
    settled: () => {},
    vanished: () => {},
    hasRoom: () => true,
    walked: () => {},
    onEvent: () => {},
    ...options,
  });
  const running = intake.run();
  /** Lets so many milliseconds pass, in steps of half a second. */
  const pass = async (milliseconds: number): Promise<void> => {
    for (const end = passed + milliseconds; passed < end; passed += 500) {
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      each();
      t.mock.timers.tick(500);
    }
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  };
  return { intake, running, pass, offered, refused };
}
