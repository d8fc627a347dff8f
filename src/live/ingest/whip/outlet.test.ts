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
