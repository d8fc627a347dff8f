import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BandwidthLimit, Pace } from './pace.ts';

/** Some connections take steps as soon as they may, each `late` milliseconds behind its time; gives what went in each second. */
function seconds(limit: BandwidthLimit, clock: { now: number }, connections: number, late: number): number[] {
  const pace = new Pace(limit, () => clock.now);
  const due = Array.from({ length: connections }, () => ({ at: 0, bytes: 0 }));
  const went: number[] = [];
  while (clock.now < 20_000) {
    const next = due.reduce((first, other) => (other.at < first.at ? other : first));
    clock.now = Math.max(clock.now, next.at);
    const second = Math.floor(clock.now / 1000);
    went[second] = (went[second] ?? 0) + next.bytes;
    next.bytes = pace.step;
    const wait = pace.wait(pace.reserve(next.bytes));
    next.at = clock.now + (wait < 1 ? 0 : wait + late);
  }
  return went.slice(0, 20);
}

test('over any five seconds it is what the limit says, within a second evenly, however many connections share it', () => {
  for (const limit of [64_000, 1_000_000, 80_000_000])
    for (const connections of [1, 4, 32]) {
      const went = seconds(() => limit, { now: 0 }, connections, 3);
      for (let from = 0; from <= 14; from += 1) {
        const bytes = went.slice(from, from + 5).reduce((sum, one) => sum + one, 0);
        assert.ok(Math.abs(bytes / (5 * limit) - 1) < 0.05, `${limit} over ${connections}: ${bytes / 5}`);
      }
      for (const bytes of went)
        assert.ok(Math.abs(bytes / limit - 1) < 0.15, `${limit}: ${bytes} in a second`);
    }
});

test('another limit holds within half a second, and none at all lets everything pass', () => {
  const clock = { now: 0 };
  const limits = [100_000, 1_000_000, 50_000];
  const went = seconds(() => limits[Math.min(2, Math.floor(clock.now / 6000))], clock, 4, 2);
  for (const [second, limit] of [
    [5, 100_000],
    [7, 1_000_000],
    [11, 1_000_000],
    [13, 50_000],
    [18, 50_000],
  ] as const)
    assert.ok(Math.abs(went[second]! / limit - 1) < 0.1, `second ${second}: ${went[second]}`);
  let limit: number | undefined = 1000;
  const time = { now: 0 };
  const pace = new Pace(
    () => limit,
    () => time.now,
  );
  assert.ok(pace.wait(pace.spend(10_000)) > 9000);
  limit = undefined;
  time.now = 300;
  assert.equal(pace.isOn, false);
  assert.equal(pace.wait(pace.reserve(1_000_000)), 0);
  assert.equal(pace.recordBytes, Number.POSITIVE_INFINITY);
  limit = 1000;
  time.now = 600;
  assert.ok(pace.wait(pace.spend(100)) <= 100);
});

test('who waits for a turn under one limit has it when another one says so', () => {
  const time = { now: 0 };
  let limit: number | undefined = 1000;
  const pace = new Pace(
    () => limit,
    () => time.now,
  );
  const place = pace.spend(64_000);
  assert.equal(pace.wait(place), 64_000);
  limit = 1_000_000;
  time.now = 50;
  assert.equal(pace.wait(place), 63.95);
  time.now = 51;
  assert.equal(pace.wait(place), 62.95);
  limit = 500;
  time.now = 1200;
  assert.equal(pace.wait(place), 0);
  const next = pace.spend(1000);
  assert.ok(pace.wait(next) <= 2000, `${pace.wait(next)}`);
  limit = undefined;
  time.now = 1500;
  assert.equal(pace.wait(next), 0);
  limit = 500;
  time.now = 1800;
  assert.equal(pace.wait(pace.reserve(500)), 0);
});

test('a limit of any size is forgotten when a small one comes', () => {
  const time = { now: 0 };
  let limit = 1e35;
  const pace = new Pace(
    () => limit,
    () => time.now,
  );
  for (; time.now < 1e8; time.now += 1e6) pace.spend(100_000);
  limit = 1000;
  pace.spend(0);
  time.now += 1000;
  pace.spend(1000);
  assert.ok(pace.wait(pace.spend(10_000)) > 9000);
});

test('who was late makes up for a fifth of a second and no more', () => {
  const time = { now: 0 };
  const pace = new Pace(
    () => 100_000,
    () => time.now,
  );
  assert.equal(pace.isOn, true);
  time.now = 60_000;
  assert.equal(pace.wait(pace.spend(20_000)), 0);
  assert.equal(pace.wait(pace.spend(10_000)), 100);
});

test('records get smaller as the limit does, and not too small', () => {
  const sizes = [64_000, 200_000, 1e6].map(
    (limit) =>
      new Pace(
        () => limit,
        () => 0,
      ).recordBytes,
  );
  assert.deepEqual(sizes, [16 * 1024, 40_000, 200_000]);
});

test('no more than half a second is asked for ahead', () => {
  const limited = new Pace(
    () => 1_000_000,
    () => 0,
  );
  assert.deepEqual(
    [499_999, 500_000].map((bytes) => limited.isMuch(bytes)),
    [false, true],
  );
  assert.equal(new Pace(() => undefined).isMuch(1e12), false);
});
