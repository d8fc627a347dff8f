import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import type { ResumedEvent, WaitingEvent } from './events.ts';
import { StorePatience, type StorePatienceOptions } from './store-patience.ts';

function away(retryAfter?: number): StoreFault {
  return new StoreFault('cannot list s3://b: 503', { scope: 'sink', code: 'EAGAIN', retryAfter });
}

/** On a clock that only `pass` moves. */
function patienceOf(options: Partial<StorePatienceOptions> = {}) {
  let now = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((wake) => {
      sleepers.add({ until: now + milliseconds, wake });
      signal.addEventListener('abort', () => wake());
    });
  const told: (WaitingEvent | ResumedEvent)[] = [];
  const onEvent: StorePatienceOptions['onEvent'] = (event) => told.push(event);
  const clock = { now: () => now, wait };
  const patience = new StorePatience({ place: 's3://b', on: 'source', onEvent, clock, ...options });
  const pass = async (milliseconds: number): Promise<void> => {
    for (const end = now + milliseconds; now < end; now += 100) {
      for (const sleeper of sleepers) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await othersTurn();
    }
  };
  return { patience, pass, told };
}

test('A request is made again until it succeeds, in silence when that is soon', async () => {
  const { patience, pass, told } = patienceOf();
  let tries = 0;
  const asked = patience.with(async () => {
    if (++tries < 4) throw away();
    return 'answer';
  });
  await pass(3000);
  assert.equal(await asked, 'answer');
  assert.deepEqual([tries, told], [4, []]);
  const { waited } = patience;
  assert.ok(waited > 0 && waited < 3000, String(waited));
  await patience.with(() => pass(1000));
  assert.equal(patience.waited, waited);
});

test('What takes long is told once, whoever waits, and so is that it is over', async () => {
  const { patience, pass, told } = patienceOf();
  let isAway = true;
  const ask = () =>
    patience.with(async () => {
      if (isAway) throw away();
      return 1;
    });
  const both = Promise.all([ask(), ask()]);
  await pass(60_000);
  assert.deepEqual(
    told.map(({ type, on, message }) => [type, on, message]),
    [['waiting', 'source', 'cannot list s3://b: 503; it is tried again until it works']],
  );
  isAway = false;
  await pass(10_000);
  assert.deepEqual(await both, [1, 1]);
  assert.deepEqual([told.length, told[1]?.type, told[1]?.message], [2, 'resumed', 's3://b answers again']);
});

test('A server that wants to be left alone is, by all requests', async () => {
  const { patience, pass } = patienceOf();
  let slow = 0;
  let others = 0;
  const first = patience.with(async () => {
    if (++slow === 1) throw away(20_000);
  });
  await pass(100);
  const other = patience.with(async () => void others++);
  await pass(19_000);
  assert.deepEqual([slow, others], [1, 0]);
  await pass(2000);
  await Promise.all([first, other]);
  assert.deepEqual([slow, others], [2, 1]);
});

test('What no waiting mends is thrown as it is', async () => {
  const { patience } = patienceOf();
  const gone = new StoreFault('there is no such object', { scope: 'name', code: 'ENOENT' });
  for (const error of [
    gone,
    new ConfigurationError('there is no bucket b'),
    new TypeError('a fault of ours'),
  ]) {
    let tries = 0;
    const request = async () => {
      tries++;
      throw error;
    };
    await assert.rejects(patience.with(request), error);
    assert.equal(tries, 1);
  }
});

test('A limit ends the waiting, and so does a signal, also one that comes later', async () => {
  const { patience, pass } = patienceOf({ giveUpAfter: 30_000 });
  const limited = patience.with(() => Promise.reject(away()));
  const given = assert.rejects(limited, {
    name: 'IncompleteError',
    exitCode: 3,
    message: /503: it was tried again for 3\d s/,
  });
  await pass(40_000);
  await given;
  const stop = new AbortController();
  patience.endWith(stop.signal);
  const stopped = assert.rejects(
    patience.with(() => Promise.reject(away())),
    { name: 'StoppedError' },
  );
  await pass(1000);
  stop.abort();
  await pass(1000);
  await stopped;
  await assert.rejects(
    patience.with(async () => 1),
    { name: 'StoppedError' },
  );
});

test('A stop does not wait for a request that nobody answers, and what comes of it later is nothing', async () => {
  const stop = new AbortController();
  const { patience, told } = patienceOf({ signal: stop.signal });
  const answer = Promise.withResolvers<number>();
  const asked = patience.with(() => answer.promise);
  const tooLate = assert.rejects(asked, { name: 'StoppedError' });
  await othersTurn();
  stop.abort();
  await tooLate;
  answer.reject(away());
  await othersTurn();
  assert.deepEqual(told, []);
});
