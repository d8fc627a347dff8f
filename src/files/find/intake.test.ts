import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { intakeOf } from '../../../test/support/intake-of.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { IncompleteError } from '../../errors.ts';
import type { Source } from '../../stores/contract.ts';
import { MemorySource } from '../../stores/memory/source.ts';
import { systemError } from '../../stores/memory/system-error.ts';
import { Backlog } from '../shared/backlog.ts';
import { Intake } from './intake.ts';

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

test('The walk waits while there is enough to do, and goes on when something is done', async (t) => {
  const source = new MemorySource();
  for (let index = 0; index < 100; index++) source.write(`f${index}`, Buffer.from('a'));
  const offered: string[] = [];
  let done = 0;
  const hasRoom = (): boolean => offered.length - done < 10;
  const offer = ({ path }: { readonly path: string }): number => offered.push(path);
  const backlog = new Backlog();
  const options = { minAge: 0, hasRoom, offer, backlog };
  const { intake, running, pass } = await intakeOf(t, source, () => {}, options);
  await pass(2000);
  assert.deepEqual([offered.length, backlog.files, backlog.isHeldUp], [10, 10, true]);
  for (; done < 100; ) {
    intake.done(offered[done++]!);
    await pass(500);
    assert.equal(offered.length, Math.min(100, done + 10));
  }
  await running;
  assert.deepEqual([backlog.files, backlog.isHeldUp], [0, false]);
});

test('Of what is noticed while nothing is dealt with no more than so many files are offered', async (t) => {
  const source = new MemorySource();
  const stop = new AbortController();
  const known = new Set<string>();
  const { intake, running, pass, offered } = await intakeOf(t, source, () => {}, {
    ...{ once: false, minAge: 0, scanInterval: 10_000_000, signal: stop.signal },
    ...{ noticedLimit: 700, hasRoom: () => offered.length < 100 },
    known: ({ path }) => known.has(path),
  });
  await pass(500);
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 300; index++) source.write(`${round}-${index}`, Buffer.alloc(1));
    await pass(1000);
  }
  assert.equal(offered.length, 700);
  for (const path of offered.splice(0)) {
    known.add(path);
    intake.done(path);
  }
  await pass(5000);
  assert.equal(known.size + offered.length, 800, 'the walk finds the rest, as there is room');
  stop.abort();
  await running;
});

test('The walk waits for second looks when there are many, and not for files that had theirs', async (t) => {
  const look = { size: 1, mtime: '0', inode: '1', mode: 0o644 };
  let walked = 0;
  let writes = 0;
  const source: Source = Object.assign(Object.create(new MemorySource()) as Source, {
    list: async function* () {
      for (; walked < 25_000; walked++) yield { path: `${walked}`, ctime: '0', ...look };
    },
    look: async (path: string) => ({ path, ctime: String(++writes), ...look }),
  });
  const { pass } = await intakeOf(t, source);
  await pass(0);
  assert.equal(walked, 20_000 - 1, 'seen once, and the walk stands at the next');
  await pass(1000);
  assert.equal(walked, 25_000);
});

test('What a walk waited for its store does not put off the next one', async (t) => {
  const stop = new AbortController();
  let answer = (): void => {};
  let waited = 0;
  let walks = 0;
  const source: Source = Object.assign(Object.create(new MemorySource()) as Source, {
    list: async function* () {
      walks++;
      if (walks === 1)
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
    },
    watch: async () => ({ close: async () => {} }),
  });
  const options = { once: false, scanInterval: 1000, signal: stop.signal, waited: () => waited };
  const { running, pass } = await intakeOf(t, source, () => {}, options);
  await pass(60_000);
  waited = 60_000;
  answer();
  await pass(3000);
  assert.ok(walks > 1, 'it goes on as often as it is to');
  stop.abort();
  await running;
});

test('What appears while a walk is held up is found by the next one, soon', async (t) => {
  const source = new MemorySource();
  for (let index = 0; index < 3; index++) source.write(`f${index}`, Buffer.from('a'));
  const stop = new AbortController();
  let walks = 0;
  const { intake, running, pass, offered } = await intakeOf(t, source, () => {}, {
    once: false,
    minAge: 0,
    scanInterval: 1_000_000,
    signal: stop.signal,
    hasRoom: () => offered.length !== 1,
    walked: () => {
      walks++;
    },
  });
  await pass(500);
  // As a new folder does: it is noticed, and there is no file of that name.
  source.write('folder', Buffer.from('a'));
  source.remove('folder');
  await pass(500);
  assert.deepEqual([walks, offered], [0, ['f0']]);
  offered.push('f0');
  intake.done('f0');
  await pass(1500);
  assert.equal(walks, 2);
  stop.abort();
  await running;
});

test('What was found counts until it is done: at rest or not, under way, tried again; not what is known or gone', async (t) => {
  const source = new MemorySource();
  const backlog = new Backlog();
  const stop = new AbortController();
  const now = 1_800_000_000_000;
  const sent = new Set(['known']);
  const known = ({ path }: { readonly path: string }): boolean => sent.has(path);
  const times = { minAge: 20_000, scanInterval: 1000, once: false };
  const options = { ...times, known, backlog, signal: stop.signal };
  let written: readonly string[] = ['a', 'gone'];
  const each = (): void => {
    for (const path of written) source.write(path, Buffer.alloc(100));
  };
  source.write('known', Buffer.alloc(100));
  const { intake, running, pass, offered } = await intakeOf(t, source, each, options);
  await pass(5000);
  assert.deepEqual([backlog.files, backlog.bytes, offered], [2, 200, []]);
  written = [];
  source.write('a', Buffer.alloc(300));
  source.remove('gone');
  await pass(30_000);
  assert.deepEqual([backlog.files, backlog.bytes, offered], [1, 300, ['a']]);
  intake.done('a', 5000);
  await pass(2000);
  assert.deepEqual([backlog.files, backlog.bytes], [1, 300], 'it is tried again');
  await pass(60_000);
  assert.ok(offered.length > 1);
  const { oldest } = backlog;
  assert.ok(oldest !== undefined && oldest < now + 5000, 'it is as old as when it was found');
  sent.add('a');
  intake.done('a');
  assert.deepEqual([backlog.files, backlog.bytes, backlog.oldest], [0, 0, undefined]);
  written = ['b'];
  await pass(5000);
  assert.equal(backlog.files, 1);
  sent.add('b');
  await pass(2000);
  assert.equal(backlog.files, 0, 'somebody else has sent it');
  stop.abort();
  await running;
});

test('With --once a source that goes away and does not come back ends the run in a minute', async (t) => {
  const source = new MemorySource();
  const gone: Source = Object.assign(Object.create(source) as Source, {
    list: () => {
      throw systemError('ENOENT', 'no such folder');
    },
  });
  const { running, pass } = await intakeOf(t, gone);
  const ended = assert.rejects(
    running,
    (error) => error instanceof IncompleteError && /could not be read for 60 s/.test(error.message),
  );
  await pass(90_000);
  await ended;
});

test('Of temporary files that were seen and vanished nothing is kept', async (t) => {
  const source = new MemorySource();
  const stop = new AbortController();
  t.after(() => stop.abort());
  let vanished = 0;
  const taken = new Set<string>();
  const intake = new Intake({
    source,
    selection: { file: () => true, folder: () => true },
    minAge: 1000,
    scanInterval: 100_000,
    once: false,
    signal: stop.signal,
    known: ({ path }) => taken.has(path),
    // Where the machine is slow, some are taken before they vanish.
    offer: ({ path }) => {
      taken.add(path);
      queueMicrotask(() => intake.done(path));
    },
    refuse: () => {},
    settled: () => {},
    vanished: () => {
      vanished++;
    },
    hasRoom: () => true,
    walked: () => {},
    onEvent: () => {},
  });
  const running = intake.run();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  /** Each is there when it is looked at for the first time, and gone when it is for the second. */
  const round = async (count: number, round: number): Promise<void> => {
    const before = vanished;
    const paths = Array.from(
      { length: count },
      (_, index) => `a/folder/of/temporary/files/${round}-${index}.tmp`,
    );
    for (const path of paths) source.write(path, Buffer.alloc(1));
    await waitFor(() => intake.restless + taken.size >= count);
    for (const path of paths) source.remove(path);
    await waitFor(() => vanished >= before + count);
    taken.clear();
  };
  await round(1000, 0);
  const before = heap();
  for (let count = 1; count <= 4; count++) await round(5000, count);
  const each = (heap() - before) / 20_000;
  // A path alone is more than 60 bytes, and what was kept of each was 250; the heap itself moves by some tens.
  assert.ok(each < 120, `${each.toFixed(0)} bytes are kept of each`);
  stop.abort();
  await running;
});
