import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { LaneCount } from './lane-count.ts';

/** A line, as its owner sees it through so many connections. */
interface Line {
  /** Milliseconds of a round trip while the line is not full. */
  readonly trip: number;
  /** Bytes a second that one connection carries, and that all of them do. */
  readonly each: number;
  readonly all: number;
  /** Milliseconds that packets wait where more is sent than all that. */
  readonly queue: number;
}

const sampleEvery = 100;

/** A broker that takes a connection within 80 ms. */
function farAway(most = 32): LaneCount {
  const count = new LaneCount(most);
  count.saw({ taken: 80, answered: 80 });
  return count;
}

/** Runs a busy uploader over the line; gives how many connections there were at each sample. */
function run(count: LaneCount, line: Line, seconds: number, from = { now: 0, bytes: 0 }): number[] {
  const lanes: number[] = [];
  let { now, bytes } = from;
  for (const end = now + seconds * 1000; now < end; ) {
    const wanted = count.lanes * line.each;
    const waits = wanted > line.all ? line.queue : 0;
    const passed = sampleEvery + line.trip + waits;
    now += passed;
    bytes += (Math.min(wanted, line.all) * passed) / 1000;
    lanes.push(count.take({ now, bytes, roundTrip: line.trip + waits, isBusy: true }));
  }
  Object.assign(from, { now, bytes });
  return lanes;
}

test('Where a round trip is short there is one connection, and records are as large as they may be', () => {
  const near = fc.record({
    trip: fc.double({ min: 0.05, max: 4.9, noNaN: true }),
    each: fc.integer({ min: 1000, max: 1e9 }),
    all: fc.integer({ min: 1000, max: 1e9 }),
    queue: fc.nat({ max: 14 }),
  });
  fc.assert(
    fc.property(near, (line) => {
      const count = farAway();
      count.saw({ taken: line.trip, answered: line.trip });
      assert.ok(run(count, line, 30).every((lanes) => lanes === 1));
      assert.equal(count.recordBytes, Number.POSITIVE_INFINITY);
    }),
    { seed: 1 },
  );
});

test('Nothing is known before the first round trip', () => {
  const count = new LaneCount(32);
  assert.deepEqual([count.lanes, count.recordBytes], [1, Number.POSITIVE_INFINITY]);
  assert.equal(count.take({ now: 1000, bytes: 0, roundTrip: undefined, isBusy: true }), 1);
  count.saw({ taken: 80, answered: 82 });
  assert.deepEqual([count.lanes, count.recordBytes], [1, 64 * 1024]);
});

test('Behind a tunnel that takes connections at once, requests tell how far it is', () => {
  const line = { trip: 80, each: 300_000, all: 12_000_000, queue: 0 };
  const count = new LaneCount(32);
  count.saw({ taken: 0.1, answered: Number.POSITIVE_INFINITY });
  const from = { now: 0, bytes: 0 };
  assert.deepEqual([...new Set(run(count, line, 2.5, from))], [1]);
  assert.equal(count.recordBytes, Number.POSITIVE_INFINITY);
  run(count, line, 6, from);
  assert.equal(count.lanes, 32);
});

test('A busy machine that takes its time for a connection does not make a line look full', () => {
  const count = new LaneCount(32);
  count.saw({ taken: 8, answered: 80 });
  run(count, { trip: 80, each: 300_000, all: 12_000_000, queue: 0 }, 6);
  assert.equal(count.lanes, 32);
});

test('A broker that is near and busy is found to be near', () => {
  const line = { trip: 30, each: 300_000, all: 12_000_000, queue: 0 };
  const count = new LaneCount(32);
  count.saw({ taken: 0.1, answered: Number.POSITIVE_INFINITY });
  const from = { now: 0, bytes: 0 };
  run(count, line, 6, from);
  assert.equal(count.isNear, false);
  count.take({ now: from.now + 1, bytes: from.bytes, roundTrip: 3, isBusy: true });
  assert.deepEqual([count.isNear, count.lanes, count.recordBytes], [true, 1, Number.POSITIVE_INFINITY]);
});

test('A line whose connections each carry a little is used by as many as there may be, within seconds', () => {
  for (const most of [2, 5, 32]) {
    const count = farAway(most);
    const lanes = run(count, { trip: 80, each: 300_000, all: 12_000_000, queue: 200 }, 6);
    assert.equal(lanes.at(-1), most);
    assert.equal(count.recordBytes, 90_000, 'what one of them carries in 0.3 s');
  }
});

test('A line that one connection fills is left to one, and to others', () => {
  for (const queue of [0, 200]) {
    const count = farAway();
    const from = { now: 0, bytes: 0 };
    const line = { trip: 80, each: 12_000_000, all: 12_000_000, queue };
    run(count, line, 30, from);
    // Now and then it looks whether that is still so.
    const lanes = run(count, line, 300, from);
    const mean = lanes.reduce((sum, each) => sum + each, 0) / lanes.length;
    assert.ok(mean < 1.4, `${mean} connections at a mean, queue ${queue}`);
    assert.ok(lanes.filter((each) => each === 1).length > lanes.length * 0.85);
  }
});

test('A line that stays full is given more room, until a round trip takes no longer than at best', () => {
  const count = farAway();
  const from = { now: 0, bytes: 0 };
  run(count, { trip: 80, each: 300_000, all: 12_000_000, queue: 200 }, 6, from);
  assert.equal(count.lanes, 32);
  // Others have come, and took what they need.
  const lanes = run(count, { trip: 80, each: 300_000, all: 3_000_000, queue: 200 }, 60, from);
  assert.ok(
    lanes.slice(-100).every((each) => each <= 13 && each >= 6),
    lanes.slice(-100).join(),
  );
});

/** Milliseconds of small requests, one after the other, over a line of 80 ms that one TCP connection and two uploads of four kept full. */
const besideOthers = [
  ...[275, 268, 281, 199, 209, 253, 270, 242, 235, 263, 275, 283, 234, 206, 235, 253, 252, 250, 259, 259],
  ...[258, 270, 273, 271, 259, 285, 245, 218, 242, 263, 305, 270, 250, 241, 298, 253, 262, 264, 273, 271],
];

test('A line that others keep full is left to them, also where it was never seen empty', () => {
  const count = new LaneCount(32);
  count.saw({ taken: 212, answered: 228 });
  let [now, bytes] = [0, 0];
  // What more connections bring is taken from the others.
  const rate = (lanes: number): number => (2_500_000 * lanes) / (lanes + 5);
  for (const [index, roundTrip] of [...besideOthers, ...besideOthers].entries()) {
    now += sampleEvery + roundTrip;
    bytes += (rate(count.lanes) * (sampleEvery + roundTrip)) / 1000;
    const lanes = count.take({ now, bytes, roundTrip, isBusy: true });
    assert.ok(lanes <= 4, `${lanes} connections after ${index + 1} round trips`);
  }
});

test('Round trips that vary by themselves, as by radio, do not make a line look full', () => {
  const count = new LaneCount(32);
  count.saw({ taken: 80, answered: 80 });
  let [now, bytes] = [0, 0];
  for (let index = 0; index < 40; index += 1) {
    const roundTrip = 80 + [0, 35, 20, 6, 28, 12, 4, 31][index % 8]!;
    now += sampleEvery + roundTrip;
    bytes += (300_000 * count.lanes * (sampleEvery + roundTrip)) / 1000;
    count.take({ now, bytes, roundTrip, isBusy: true });
  }
  assert.equal(count.lanes, 32);
});

test('Small requests that were lost, and came late, do not make a line look full', () => {
  for (const late of [[681, 678], [1900]]) {
    const count = new LaneCount(32);
    count.saw({ taken: 202, answered: 202 });
    let [now, bytes] = [0, 0];
    for (const roundTrip of [202, 209, 202, ...late, ...Array<number>(24).fill(202)]) {
      now += sampleEvery + roundTrip;
      bytes += (60_000 * count.lanes * (sampleEvery + roundTrip)) / 1000;
      count.take({ now, bytes, roundTrip, isBusy: true });
    }
    assert.equal(count.lanes, 32, `after ${late.join(' and ')} ms`);
  }
});

test('A line that is longer from now on, as by another way there, is used as one that always was', () => {
  const count = farAway();
  const from = { now: 0, bytes: 0 };
  run(count, { trip: 20, each: 12_000_000, all: 12_000_000, queue: 200 }, 5, from);
  const lanes = run(count, { trip: 200, each: 100_000, all: 2_500_000, queue: 200 }, 60, from);
  assert.ok(
    lanes.slice(-20).every((each) => each >= 16),
    lanes.slice(-20).join(),
  );
});

test('A way that has become a little longer, in hours or by another route, is used as before', () => {
  const count = new LaneCount(32);
  count.saw({ taken: 200, answered: 200 });
  const from = { now: 0, bytes: 0 };
  const line = { trip: 200, each: 60_000, all: 60_000, queue: 0 };
  run(count, line, 20, from);
  const lanes = run(count, { ...line, trip: 250, all: 2_500_000 }, 150, from);
  assert.ok(lanes.includes(32), lanes.slice(-20).join());
});

test('A line that was full before a pause, and is after it, has not been seen to be longer meanwhile', () => {
  const count = farAway();
  const full = { trip: 80, each: 3_000_000, all: 1_000_000, queue: 200 };
  const from = { now: 0, bytes: 0 };
  run(count, full, 1, from);
  assert.equal(count.lanes, 1);
  from.now += 3_600_000;
  assert.deepEqual([...new Set(run(count, full, 9, from))], [1]);
});

test('What was too good to last is found out: a number that once seemed enough is not kept', () => {
  const count = farAway();
  const from = { now: 0, bytes: 0 };
  // Four begin well, and sixteen seem to bring no more.
  run(count, { trip: 80, each: 300_000, all: 12_000_000, queue: 200 }, 0.7, from);
  assert.equal(count.lanes, 4);
  run(count, { trip: 80, each: 1_200_000, all: 12_000_000, queue: 200 }, 0.9, from);
  assert.equal(count.lanes, 16);
  run(count, { trip: 80, each: 300_000, all: 12_000_000, queue: 200 }, 9, from);
  assert.equal(count.lanes, 32);
});

test('Whatever is seen, there are one to so many; and nothing happens while nothing waits', () => {
  const sample = fc.record({
    passed: fc.integer({ min: 1, max: 5000 }),
    bytes: fc.nat({ max: 1e9 }),
    roundTrip: fc.option(fc.double({ min: 0.01, max: 5000, noNaN: true }), { nil: undefined }),
    isBusy: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 256 }), fc.array(sample, { maxLength: 200 }), (most, samples) => {
      const count = farAway(most);
      let [now, bytes] = [0, 0];
      for (const { passed, bytes: more, roundTrip, isBusy } of samples) {
        now += passed;
        bytes += more;
        const before = count.lanes;
        const lanes = count.take({ now, bytes, roundTrip, isBusy });
        assert.ok(Number.isInteger(lanes) && lanes >= 1 && lanes <= most);
        assert.ok(lanes === count.lanes && count.recordBytes >= 65_536);
        if (!isBusy && count.isLong) assert.equal(lanes, before);
      }
    }),
    { seed: 2 },
  );
});
