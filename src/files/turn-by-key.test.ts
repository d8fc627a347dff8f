import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allDone } from './all-done.ts';
import { Buffers } from './buffers.ts';
import { TurnByKey } from './turn-by-key.ts';

test('Work of one key runs in its order, one after the other; of different keys side by side', async () => {
  const turns = new TurnByKey();
  const log: string[] = [];
  const gates = new Map(['a1', 'a2', 'b1'].map((name) => [name, Promise.withResolvers<void>()]));
  const work = (name: string) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await gates.get(name)?.promise;
    log.push(`${name} ends`);
    return name;
  };
  const results = [turns.run('a', work('a1')), turns.run('a', work('a2')), turns.run('b', work('b1'))];
  await Promise.resolve();
  assert.deepEqual(log, ['a1 begins', 'b1 begins']);
  gates.get('b1')?.resolve();
  gates.get('a1')?.resolve();
  gates.get('a2')?.resolve();
  assert.deepEqual(await Promise.all(results), ['a1', 'a2', 'b1']);
  assert.ok(log.indexOf('a1 ends') < log.indexOf('a2 begins'));
});

test('Work that fails is told to its caller, and the next has its turn', async () => {
  const turns = new TurnByKey();
  const first = turns.run('a', () => Promise.reject(new Error('no')));
  const second = turns.run('a', async () => 'yes');
  await assert.rejects(first, /no/);
  assert.equal(await second, 'yes');
  assert.equal(await turns.run('a', async () => 'again'), 'again');
});

test('So many buffers and no more; who waits gets the next that comes back, in turn', async () => {
  const buffers = new Buffers(2, 10);
  const [first, second] = [await buffers.take(), await buffers.take()];
  assert.deepEqual([first.length, second.length], [10, 10]);
  assert.notEqual(first, second);
  const served: number[] = [];
  const waiting = [1, 2].map((who) =>
    buffers.take().then((buffer) => {
      served.push(who);
      return buffer;
    }),
  );
  await new Promise(setImmediate);
  assert.deepEqual(served, []);
  buffers.give(second);
  buffers.give(first);
  assert.deepEqual(await Promise.all(waiting), [second, first]);
  assert.deepEqual(served, [1, 2]);
});

test('All done: not before the last is through, and then with the first failure', async () => {
  const slow = Promise.withResolvers<void>();
  let isOver = false;
  const all = allDone([
    Promise.reject(new Error('first')),
    slow.promise,
    Promise.reject(new Error('second')),
  ]);
  const told = assert.rejects(
    all.finally(() => {
      isOver = true;
    }),
    /first/,
  );
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  slow.resolve();
  await told;
  await allDone([]);
});
