import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConfigurationError } from '../../errors.ts';
import { systemError } from '../../stores/memory/system-error.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import {
  DiskRetry,
  type DiskRetryOptions,
  isPermanent,
  pauseAfter,
  StoppedError,
  waitingText,
} from './disk-retry.ts';
import type { ResumedEvent, WaitingEvent } from './events.ts';

function diskRetry(options: Partial<DiskRetryOptions> = {}, sink: Partial<DiskRetryOptions['sink']> = {}) {
  const events: (WaitingEvent | ResumedEvent)[] = [];
  const stop = new AbortController();
  return {
    events,
    stop,
    retry: new DiskRetry({
      sink: {
        place: '/data',
        freeSpace: async () => ({ bytes: 1000, files: undefined }),
        check: async () => {},
        ...sink,
      },
      onEvent: (event) => event.type !== 'warning' && events.push(event),
      signal: stop.signal,
      pause: 1,
      ...options,
    }),
  };
}

/** Fails so many times, then gives a value. */
function failing(times: number, error: () => Error): () => Promise<string> {
  let left = times;
  return async () => {
    if (left-- > 0) throw error();
    return 'done';
  };
}

test('What works at once says nothing', async () => {
  const { retry, events } = diskRetry();
  assert.equal(await retry.with(10, async () => 7), 7);
  assert.deepEqual(events, []);
});

test('A full disk is said once, with what is needed and what is free, and once that it goes on', async () => {
  const { retry, events } = diskRetry();
  assert.equal(
    await retry.with(
      5000,
      failing(3, () => systemError('ENOSPC', 'write')),
    ),
    'done',
  );
  assert.deepEqual(
    events.map(({ type, on }) => [type, on]),
    [
      ['waiting', 'disk'],
      ['resumed', 'disk'],
    ],
  );
  assert.match(events[0]!.message, /\/data is full: 5 kB are needed at least and 1 kB are free/);
});

test('What is free may not be known', async () => {
  for (const freeSpace of [async () => undefined, () => Promise.reject(new Error('no'))]) {
    const { retry, events } = diskRetry({}, { freeSpace });
    await retry.with(
      5000,
      failing(1, () => systemError('ENOSPC', 'write')),
    );
    assert.match(events[0]!.message, /5 kB are needed at least; it goes on/);
  }
});

test('What there is no room for is said in the right word', () => {
  const full = systemError('ENOSPC', 'write');
  assert.match(waitingText('/data', full, 0, { bytes: 0, files: 7 }), /is full: 0 B are free; it goes on/);
  assert.match(waitingText('/data', full, 0, undefined), /\/data is full; it goes on/);
  const text = (error: Error, space?: { bytes: number; files: number | undefined }): string =>
    waitingText('/data', error, 300_000, space);
  assert.match(text(full, { bytes: 45e6, files: 0 }), /no more files, .*no inodes left, and 45 MB are free/);
  assert.match(text(full, { bytes: 45e6, files: 7 }), /though 300 kB are needed and 45 MB are free/);
  assert.match(
    text(full, { bytes: 1000, files: 7 }),
    /is full: 300 kB are needed at least and 1 kB are free/,
  );
  assert.match(
    text(systemError('EDQUOT', 'write'), { bytes: 45e6, files: 7 }),
    /the quota on .data is used up/,
  );
  assert.match(text(systemError('EMFILE', 'open')), /so much is open .*EMFILE.*with less at a time/);
});

test('An error of one name is the whole sink’s while the sink fails its check', async () => {
  for (const code of ['EACCES', 'EROFS', 'EPERM', 'ENOTDIR'] as const) {
    let isAway = true;
    const check = async () => {
      if (isAway) throw systemError('EROFS', 'the whole of it');
    };
    const { retry, events } = diskRetry({}, { check });
    const work = failing(3, () => systemError(code, 'one name'));
    const running = retry.with(0, work);
    while (events.length === 0) await nextTurn();
    assert.match(events[0]!.message, /cannot write to .data \(EROFS: the whole of it/);
    isAway = false;
    await assert.rejects(running, { code });
    assert.deepEqual(
      events.map(({ type }) => type),
      ['waiting', 'resumed'],
    );
  }
});

test('No room for an entry of a folder is the disk’s where that is full, whatever a check still finds room for', async () => {
  const noEntry = () => Object.assign(systemError('ENOSPC', 'mkdir'), { syscall: 'mkdir' });
  for (const space of [
    { bytes: 0, files: 7 },
    { bytes: 500_000, files: undefined },
    { bytes: 45e6, files: 0 },
  ]) {
    const { retry, events } = diskRetry({}, { freeSpace: async () => space });
    assert.equal(await retry.with(5000, failing(3, noEntry)), 'done');
    assert.deepEqual(
      events.map(({ type, on }) => [type, on]),
      [
        ['waiting', 'disk'],
        ['resumed', 'disk'],
      ],
    );
    assert.match(events[0]!.message, space.files === 0 ? /no inodes left/ : /is full|is free|are free/);
  }
  for (const freeSpace of [async () => ({ bytes: 45e6, files: 7 }), async () => undefined]) {
    const { retry, events } = diskRetry({}, { freeSpace });
    await assert.rejects(retry.with(5000, failing(1, noEntry)), { code: 'ENOSPC', syscall: 'mkdir' });
    assert.deepEqual(events, []);
  }
});

test('What concerns no name is waited for, whatever the system calls it', async () => {
  const { retry, events } = diskRetry();
  const work = failing(2, () => systemError('EINVAL', 'fsync of a folder'));
  assert.equal(await retry.forAll(work), 'done');
  assert.deepEqual(
    events.map(({ type }) => type),
    ['waiting', 'resumed'],
  );
});

test('Any other error of the system is named and waited for', async () => {
  const { retry, events } = diskRetry();
  await retry.with(
    0,
    failing(2, () => systemError('EIO', 'the disk coughs')),
  );
  assert.deepEqual(
    events.map(({ type, on }) => [type, on]),
    [
      ['waiting', 'sink'],
      ['resumed', 'sink'],
    ],
  );
  assert.match(events[0]!.message, /cannot write to \/data .*the disk coughs/);
});

test('Many that wait at once are one wait', async () => {
  const { retry, events } = diskRetry();
  await Promise.all(
    [1, 2, 3, 4].map((times) =>
      retry.with(
        1,
        failing(times, () => systemError('ENOSPC', 'x')),
      ),
    ),
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    ['waiting', 'resumed'],
  );
});

test('What concerns one name, and what is not of the system, is thrown at once', async () => {
  const { retry, events } = diskRetry();
  for (const code of ['ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'ELOOP', 'EEXIST', 'EFBIG', 'EXDEV'] as const) {
    const error = systemError(code, 'x');
    assert.ok(isPermanent(error));
    await assert.rejects(
      retry.with(
        0,
        failing(1, () => error),
      ),
      error,
    );
  }
  for (const error of [
    new Error('a bug'),
    new TypeError('another'),
    Object.assign(new Error('x'), { code: 'ERR_X' }),
  ]) {
    assert.ok(!isPermanent(error));
    await assert.rejects(
      retry.with(
        0,
        failing(1, () => error),
      ),
      error,
    );
  }
  assert.deepEqual(events, []);
});

test('Stopped while it waits: StoppedError with the last error, and no word of going on', async () => {
  const { retry, stop, events } = diskRetry({ pause: 1 << 30 });
  const waiting = retry.with(
    0,
    failing(1 << 30, () => systemError('ENOSPC', 'x')),
  );
  setImmediate(() => stop.abort());
  await assert.rejects(
    waiting,
    (error) => error instanceof StoppedError && (error.cause as { code: string }).code === 'ENOSPC',
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    ['waiting'],
  );
});

test('After the stop, what works still works', async () => {
  const { retry, stop } = diskRetry();
  stop.abort();
  assert.equal(await retry.with(0, async () => 'last'), 'last');
});

test('A store is asked again when it says so, else after twice as long each time; a disk all the time', () => {
  const fault = (retryAfter?: number) =>
    new StoreFault('busy', { scope: 'sink', code: 'EAGAIN', retryAfter });
  const always = () => 1;
  for (const [error, tries, pause] of [
    [fault(), 0, 1000],
    [fault(), 3, 8000],
    [fault(), 20, 30_000],
    [fault(7000), 3, 7000],
    [fault(0), 3, 0],
    [fault(3_600_000), 0, 30_000],
    [systemError('ENOSPC', 'write'), 5, 1000],
  ] as const)
    assert.equal(pauseAfter(error, tries, 1000, always), pause);
  assert.equal(
    pauseAfter(fault(), 0, 1000, () => 0),
    500,
  );
});

test('What the check says no waiting mends ends the work; a store that is away is waited for', async () => {
  const refusal = new ConfigurationError('access is denied');
  const denied = new StoreFault('access is denied', { scope: 'name', code: 'EACCES' });
  const ended = diskRetry({}, { check: () => Promise.reject(refusal) });
  await assert.rejects(
    ended.retry.with(
      1,
      failing(1, () => denied),
    ),
    refusal,
  );
  const away = new StoreFault('away', { scope: 'sink', code: 'EAGAIN', retryAfter: 1 });
  const waits = diskRetry();
  assert.equal(
    await waits.retry.with(
      1,
      failing(2, () => away),
    ),
    'done',
  );
  assert.deepEqual(
    waits.events.map(({ type, on }) => [type, on]),
    [
      ['waiting', 'sink'],
      ['resumed', 'sink'],
    ],
  );
});
