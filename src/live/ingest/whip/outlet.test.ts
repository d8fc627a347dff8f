import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outlet } from './outlet.ts';

const megabyte = Buffer.alloc(1024 * 1024);

async function readAll(outlet: Outlet): Promise<number> {
  let bytes = 0;
  for await (const slice of outlet) bytes += slice.length;
  return bytes;
}

test('a reader who is too slow loses what comes meanwhile, up to where one can begin', async () => {
  const outlet = new Outlet();
  for (let index = 0; index < 5; index += 1) assert.ok(outlet.push([megabyte], false));
  assert.ok(!outlet.push([megabyte], true), 'there is no room');
  const reader = outlet[Symbol.asyncIterator]();
  assert.equal((await reader.next()).value?.length, 5 * megabyte.length);
  assert.ok(!outlet.push([megabyte], false), 'one cannot begin with it');
  assert.ok(outlet.push([megabyte], true));
  assert.ok(outlet.push([megabyte], false));
  assert.equal((await reader.next()).value?.length, 2 * megabyte.length);
});

test('what waits is read before the end, of whatever kind', async () => {
  const good = new Outlet();
  good.push([megabyte], true);
  good.end();
  good.end(new Error('too late'));
  assert.equal(await readAll(good), megabyte.length);
  const lost = new Outlet();
  const reader = lost[Symbol.asyncIterator]();
  const first = reader.next();
  lost.push([megabyte], true);
  lost.end(new Error('gone'));
  assert.equal((await first).value?.length, megabyte.length);
  await assert.rejects(reader.next(), /gone/);
});

test('what is left out is left out up to where one can begin, once there is room', async () => {
  const outlet = new Outlet();
  const reader = outlet[Symbol.asyncIterator]();
  // A little more than the four megabytes: up to there all is taken.
  for (let index = 0; index < 4; index += 1) assert.ok(outlet.push([megabyte], false));
  assert.ok(outlet.push([Buffer.from('x')], false));
  assert.ok(!outlet.push([Buffer.from('y')], false));
  assert.ok(!outlet.push([Buffer.from('y')], true));
  assert.equal((await reader.next()).value?.length, 4 * megabyte.length + 1);
  assert.ok(outlet.push([Buffer.from('z')], true));
  assert.ok(outlet.push([], false));
  assert.equal(String((await reader.next()).value), 'z');
});

test('behind its end all is taken, and nobody reads it', async () => {
  const outlet = new Outlet();
  outlet.push([Buffer.from('a'), Buffer.from('b')], true);
  outlet.end();
  assert.ok(outlet.push([megabyte], false));
  let read = '';
  for await (const bytes of outlet) read += String(bytes);
  assert.equal(read, 'ab');
});

test('who waits is woken by each thing that comes, and by the end', async () => {
  const outlet = new Outlet();
  const reader = outlet[Symbol.asyncIterator]();
  for (const text of ['a', 'b']) {
    const next = reader.next();
    await Promise.resolve();
    outlet.push([Buffer.from(text)], false);
    assert.equal(String((await next).value), text);
  }
  const last = reader.next();
  outlet.end();
  assert.deepEqual(await last, { done: true, value: undefined });
});
