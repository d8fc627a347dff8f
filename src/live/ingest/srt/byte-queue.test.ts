import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteQueue } from './byte-queue.ts';

test('a reader gets all that was pushed, in few pieces, then the end', async () => {
  const queue = new ByteQueue();
  queue.push([Buffer.alloc(200_000, 1), Buffer.alloc(100_000, 2)]);
  const sizes: number[] = [];
  setImmediate(() => {
    queue.push([Buffer.from('a'), Buffer.from('b')]);
    queue.end();
    queue.push([Buffer.from('too late')]);
  });
  for await (const bytes of queue) sizes.push(bytes.length);
  assert.deepEqual(sizes, [200_000, 100_000, 2]);
  assert.equal(queue.size, 0);
});

test('an error comes behind what was pushed before it', async () => {
  const queue = new ByteQueue();
  queue.push([Buffer.from('x')]);
  queue.end(new Error('gone'));
  const read: string[] = [];
  const all = (async () => {
    for await (const bytes of queue) read.push(String(bytes));
  })();
  await assert.rejects(all, /gone/);
  assert.deepEqual(read, ['x']);
});

test('behind a reader that stops nothing waits', async () => {
  const queue = new ByteQueue();
  queue.push([Buffer.from('x'), Buffer.from('y')]);
  for await (const _ of queue) break;
  queue.push([Buffer.from('z')]);
  assert.equal(queue.size, 0);
  assert.equal(queue.cost, 0);
});

test('packets of next to nothing count for what they cost, and empty ones are not kept', () => {
  const queue = new ByteQueue();
  queue.push(Array.from({ length: 1000 }, () => Buffer.alloc(0)));
  assert.equal(queue.cost, 0);
  queue.push(Array.from({ length: 1000 }, () => Buffer.from('x')));
  assert.equal(queue.size, 1000);
  assert.ok(queue.cost > 200_000);
});

test('a reader gets up to 256 kB at once, and one packet however large it is', async () => {
  const queue = new ByteQueue();
  const kb = (count: number) => Buffer.alloc(count * 1024);
  queue.push([kb(128), kb(128), kb(1), kb(256), kb(300)]);
  assert.equal(queue.size, kb(813).length);
  assert.equal(queue.cost, kb(813).length + 5 * 512);
  queue.end();
  const sizes: number[] = [];
  for await (const bytes of queue) sizes.push(bytes.length / 1024);
  assert.deepEqual(sizes, [256, 1, 256, 300]);
});

test('who waits is woken by what comes, and not by nothing; the first end counts', async () => {
  const queue = new ByteQueue();
  const reader = queue[Symbol.asyncIterator]();
  const first = reader.next();
  queue.push([]);
  queue.push([Buffer.alloc(0)]);
  queue.push([Buffer.from('x')]);
  assert.equal(String((await first).value), 'x');
  const last = reader.next();
  queue.end();
  queue.end(new Error('too late'));
  assert.equal((await last).done, true);
  assert.equal(queue.cost, 0);
});
