import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchEntry } from '../wire/fetch.ts';
import { FetchSession } from './fetch-session.ts';

const many = (offset = 5, count = 4): FetchEntry[] =>
  Array.from({ length: count }, (_, partition) => ({
    partition,
    leaderEpoch: 1,
    offset,
    lastFetchedEpoch: 1,
  }));
const open = { sessionId: 7, errorCode: 0, throttleMs: 0 };
const none = { id: 0, epoch: -1 };

/** Asks, and has it answered. */
function asks(
  session: FetchSession,
  answer: Parameters<FetchSession['answered']>[2],
  { now = 0, entries = many(), mostBytes = 100, isQuiet = true } = {},
) {
  const request = session.next(now, entries, mostBytes, isQuiet);
  session.answered(now, request, answer);
  return { id: request.id, epoch: request.epoch, named: request.entries.length };
}

test('While nothing comes, partitions are named once', () => {
  const session = new FetchSession();
  assert.deepEqual(asks(session, { ...open, sessionId: 0 }, { isQuiet: false }), { ...none, named: 4 });
  assert.deepEqual(asks(session, open), { id: 0, epoch: 0, named: 4 });
  assert.deepEqual(asks(session, open), { id: 7, epoch: 1, named: 0 });
  assert.deepEqual(asks(session, open), { id: 7, epoch: 2, named: 0 });
});

test('Whatever is asked for otherwise is named anew, by a session in the place of the old one', () => {
  const moved = many();
  moved[2] = { ...moved[2]!, offset: 6 };
  const led = many();
  led[0] = { ...led[0]!, leaderEpoch: 2 };
  const read = many();
  read[3] = { ...read[3]!, lastFetchedEpoch: 0 };
  const others: Parameters<typeof asks>[2][] = [
    ...[moved, led, read, many(5, 5), many().reverse()].map((entries) => ({ entries })),
    { mostBytes: 200 },
  ];
  for (const other of others) {
    const session = new FetchSession();
    asks(session, open);
    assert.equal(asks(session, open).named, 0);
    const { id, epoch, named } = asks(session, { ...open, sessionId: 8 }, other);
    assert.deepEqual([id, epoch], [7, 0]);
    assert.ok(named >= 4);
    assert.deepEqual(asks(session, { ...open, sessionId: 8 }, other), { id: 8, epoch: 1, named: 0 });
  }
});

test('While records come there is no session, and the one from before goes on after that', () => {
  const session = new FetchSession();
  asks(session, open);
  assert.deepEqual(asks(session, { ...open, sessionId: 0 }, { isQuiet: false }), { ...none, named: 4 });
  assert.deepEqual(asks(session, open), { id: 7, epoch: 1, named: 0 });
});

test('Few partitions need none', () => {
  assert.deepEqual(asks(new FetchSession(), open, { entries: many(5, 3) }), { ...none, named: 3 });
});

test('A broker that has none to give, or has forgotten it, is asked in the old way for a minute', () => {
  for (const answer of [
    { ...open, sessionId: 0 },
    { ...open, sessionId: 0, errorCode: 70 },
    { ...open, errorCode: 71 },
  ]) {
    const session = new FetchSession();
    asks(session, open);
    assert.deepEqual(asks(session, answer), { id: 7, epoch: 1, named: 0 });
    assert.deepEqual(asks(session, open, { now: 59_999 }), { ...none, named: 4 });
    assert.deepEqual(asks(session, open, { now: 60_000 }), { id: 0, epoch: 0, named: 4 });
  }
});

test('An answer that a quota has emptied is no refusal', () => {
  const session = new FetchSession();
  assert.equal(asks(session, { sessionId: 0, errorCode: 0, throttleMs: 900 }).epoch, 0);
  assert.equal(asks(session, open).epoch, 0);
  assert.equal(asks(session, { ...open, throttleMs: 900 }).epoch, 1);
  assert.equal(asks(session, open).epoch, 2);
});
