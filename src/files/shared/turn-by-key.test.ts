import assert from 'node:assert/strict';
import { test } from 'node:test';
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
