import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { MemorySource } from '../../stores/memory/source.ts';
import { Intake } from './intake.ts';

/** An intake with `once`, on clocks that only `pass` moves; what it offers stays under way until the test says otherwise. */
async function intakeOf(t: TestContext, source: MemorySource, each: () => void = () => {}) {
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
    gone: () => {},
    onEvent: () => {},
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

test('With --once a file is given up when it has not come to rest for a minute, and others are not', async (t) => {
  const source = new MemorySource();
  source.write('calm', Buffer.from('a'));
  source.write('restless', Buffer.from('b'));
  const write = (): void => source.write('restless', Buffer.from('b'));
  const { intake, running, pass, offered, refused } = await intakeOf(t, source, write);
  await pass(55_000);
  assert.deepEqual([offered, refused], [['calm'], []]);
  await pass(10_000);
  assert.deepEqual(refused, ['restless: it is still being written to']);
  intake.done('calm');
  await running;
});

test('With --once the retry counts from when a file became restless, not from when the run began', async (t) => {
  const source = new MemorySource();
  source.write('slow', Buffer.from('a'));
  const { intake, running, pass, offered, refused } = await intakeOf(t, source);
  await pass(3000);
  assert.deepEqual(offered, ['slow']);
  // It took long to send, and was written to meanwhile.
  await pass(120_000);
  source.write('slow', Buffer.from('b'));
  intake.done('slow', 250);
  await pass(3000);
  assert.deepEqual([offered, refused], [['slow', 'slow'], []]);
  intake.done('slow');
  await running;
});
