import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from './exchange.ts';
import { Misses } from './misses.ts';
import { Replies, type Reply } from './replies.ts';

const missing = new Replies().problem(404, 'there is no such segment');

/** Exchanges of players by their programs, on a clock that a test moves, and what was sent. */
function misses() {
  let now = 0;
  const held = new Misses(() => now);
  const sent: Reply[] = [];
  const ask = (program: string): boolean => {
    const request = { rawHeaders: ['User-Agent', program] };
    return held.take(
      { request, hasGone: false, send: (reply: Reply) => sent.push(reply) } as never as Exchange,
      missing,
    );
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
    held.sweep();
  };
  return { held, sent, ask, pass };
}

test('Who asks for what is not there in a loop gets four answers a second, and the others notice nothing', () => {
  const { held, sent, ask, pass } = misses();
  let asked = 0;
  let waits = false;
  for (let time = 0; time < 30_000; time += 10) {
    const before = sent.length;
    pass(10);
    if (sent.length > before) waits = false;
    if (!waits) {
      asked += 1;
      waits = ask('loop');
    }
    // Somebody who misses a part now and then.
    if (time % 2000 === 0) assert.equal(ask('other'), false);
  }
  assert.ok(asked >= 100 && asked <= 160, `${asked} requests in 30 s`);
  assert.ok(sent.every(({ headers }) => headers.includes('retry-after')));
  held.close();
});

test('Nobody waits for longer than five seconds, and no more than a thousand wait', () => {
  const { held, sent, ask, pass } = misses();
  let taken = 0;
  for (let number = 0; number < 3000; number += 1) if (ask('many')) taken += 1;
  assert.equal(taken, 1000);
  assert.equal(held.count, 1000);
  pass(5000);
  assert.equal(sent.length, 1000);
  for (let number = 0; number < 100; number += 1) ask('many');
  held.close();
  assert.equal(held.count, 0);
  assert.ok(sent.length > 1000);
  // A server that goes lets nobody wait.
  assert.equal(ask('many'), false);
});
