import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadingCache } from './cache.ts';

function cache(maxBytes: number, readers = 2): ReadingCache<string> {
  return new ReadingCache<string>({ maxBytes, readers, sizeOf: ({ length }) => length });
}

test('What is kept stays within its bound, the least lately used going first', async () => {
  const kept = cache(6);
  const read: string[] = [];
  const take = (key: string) =>
    kept.take(key, async () => {
      read.push(key);
      return key.repeat(2);
    });
  for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) assert.equal(await take(key), key.repeat(2));
  assert.deepEqual(read, ['a', 'b', 'c', 'd', 'b']);
  assert.equal(kept.bytes, 6);
  assert.equal(await kept.take('large', async () => 'x'.repeat(100)), 'x'.repeat(100));
  assert.equal(kept.bytes, 6);
});

test('Several who ask at once cause one reading, and few are read at a time', async () => {
  const kept = cache(100);
  const running: (() => void)[] = [];
  let most = 0;
  const take = (key: string) =>
    kept.take(key, async () => {
      await new Promise<void>((resolve) => {
        most = Math.max(most, running.push(resolve));
      });
      return key;
    });
  const asked = ['a', 'a', 'b', 'c', 'a', 'd'].map(take);
  let read = 0;
  while (read < 4) {
    await new Promise((resolve) => setImmediate(resolve));
    if (running.length === 0) continue;
    running.shift()!();
    read += 1;
  }
  assert.deepEqual(await Promise.all(asked), ['a', 'a', 'b', 'c', 'a', 'd']);
  assert.equal(most, 2);
});

test('What failed, or was not there, is read again', async () => {
  const kept = cache(100, 1);
  await assert.rejects(
    kept.take('a', async () => Promise.reject(new Error('away'))),
    /away/,
  );
  assert.equal(await kept.take('a', async () => undefined), undefined);
  assert.equal(await kept.take('a', async () => 'there'), 'there');
});

test('What nobody waits for any more is not read', async () => {
  const kept = cache(100, 1);
  const read: string[] = [];
  const first = Promise.withResolvers<string>();
  const take = (key: string, signal?: AbortSignal) =>
    kept.take(
      key,
      async () => {
        read.push(key);
        return key === 'a' ? first.promise : key;
      },
      signal,
    );
  const gone = new AbortController();
  const asked = [take('a'), take('b', gone.signal), take('c', gone.signal), take('c'), take('d')];
  gone.abort();
  const late = take('e', AbortSignal.abort());
  first.resolve('a');
  assert.deepEqual(await Promise.all(asked), ['a', undefined, 'c', 'c', 'd']);
  assert.equal(await late, undefined);
  assert.deepEqual(read, ['a', 'c', 'd']);
  assert.equal(await take('b'), 'b');
});
