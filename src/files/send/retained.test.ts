import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retained, staysFor } from './retained.ts';

const day = 86_400_000;
const now = 1_790_000_000_000;

/** The id of a version that was accepted so long ago. */
function aged(milliseconds: number): string {
  return `${((now - milliseconds) * 1000).toString(16).padStart(16, '0')}${'a'.repeat(16)}`;
}

function stays(
  { age = 0, first = 50, last = 60 }: { age?: number; first?: number; last?: number },
  { start = 0, end = 100 }: { start?: number; end?: number } = {},
  config: Record<string, string> = { 'retention.ms': String(7 * day) },
): boolean {
  const ends = { earliest: new Map([[0, start]]), latest: new Map([[0, end]]) };
  return staysFor({ upload: aged(age), path: 'a', partition: 0, first, last }, ends, config, now);
}

test('What has more than half of the retention left stays', () => {
  assert.equal(stays({ age: 3.4 * day }), true);
  assert.equal(stays({ age: 3.6 * day }), false);
  assert.equal(stays({ age: 1000 * day }, {}, { 'retention.ms': '-1' }), true);
  // Not told: what Kafka has where nobody has said otherwise.
  assert.equal(stays({ age: 3.4 * day }, {}, {}), true);
  assert.equal(stays({ age: 3.6 * day }, {}, {}), false);
});

test('An id that is ahead of the clock tells no age', () => {
  assert.equal(stays({ age: -1000 }), true);
  assert.equal(stays({ age: -6000 }), false);
  assert.equal(stays({ age: -400 * day }), false);
  assert.equal(stays({ age: -400 * day }, {}, { 'retention.ms': '-1' }), true);
});

test('What is gone, cut off or about to go does not stay, whatever its age', () => {
  assert.equal(stays({ first: 9 }, { start: 10 }), false);
  assert.equal(stays({ last: 100 }), false);
  assert.equal(stays({ first: 49 }, { start: 10 }), false);
  assert.equal(stays({ first: 55 }, { start: 10 }), true);
  assert.equal(stays({ first: 10 }), true);
});

test('Where size decides, only the newer half stays, before anything was lost too', () => {
  const config = { 'retention.ms': '-1', 'retention.bytes': '1000' };
  assert.equal(stays({ first: 49 }, {}, config), false);
  assert.equal(stays({ first: 50 }, {}, config), true);
});

test('A partition that nobody knows has nothing', () => {
  const ends = { earliest: new Map(), latest: new Map() };
  assert.equal(
    staysFor({ upload: aged(0), path: 'a', partition: 5, first: 0, last: 0 }, ends, {}, now),
    false,
  );
});

test('Kafka is asked, and again after a while', async () => {
  let asked = 0;
  let clock = now;
  const kafka = {
    offsets: async (_topic: string, where: unknown) => {
      asked++;
      return new Map([[0, where === 'earliest' ? 0 : 100]]);
    },
  };
  const retained = new Retained({ kafka, topic: { name: 't', config: {} }, now: () => clock });
  const of = { upload: aged(0), path: 'a', partition: 0, first: 1, last: 2 };
  assert.deepEqual(await Promise.all([retained.stays(of), retained.stays(of)]), [true, true]);
  assert.equal(asked, 2);
  clock += 6000;
  assert.equal(await retained.stays(of), true);
  assert.equal(asked, 4);
});

test('What was sent since Kafka was asked last is asked for at once', async () => {
  let end = 10;
  const kafka = {
    offsets: async (_topic: string, where: unknown) => new Map([[0, where === 'earliest' ? 0 : end]]),
  };
  const retained = new Retained({ kafka, topic: { name: 't', config: {} }, now: () => now });
  const of = { upload: aged(0), path: 'a', partition: 0, first: 8, last: 9 };
  assert.equal(await retained.stays(of), true);
  const later = { ...of, first: 18, last: 19 };
  assert.equal(await retained.stays(later), false);
  end = 20;
  assert.equal(await retained.stays(later), true);
});

test('What is too old, or was about to go when Kafka was last asked, is told at once', async () => {
  const config = { 'retention.ms': String(7 * day) };
  const offsets = async (_topic: string, where: unknown) => new Map([[0, where === 'earliest' ? 10 : 100]]);
  const retained = new Retained({ kafka: { offsets }, topic: { name: 'files', config }, now: () => now });
  const of = (age: number, first: number) => {
    return { upload: aged(age), path: 'a', partition: 0, first, last: first };
  };
  assert.deepEqual([retained.mayStay(of(0, 20)), retained.mayStay(of(4 * day, 20))], [true, false]);
  assert.equal(await retained.stays(of(0, 20)), false);
  assert.deepEqual(
    [20, 90, 100].map((first) => retained.mayStay(of(0, first))),
    [false, true, true],
  );
});
