import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RtpPacket } from './packet.ts';
import { ReceptionCount } from './reception.ts';

const packet = (timestamp: number): RtpPacket => ({
  ...{ marker: false, payloadType: 96, sequence: 0, timestamp, ssrc: 7 },
  payload: Buffer.alloc(0),
});

test('what is lost counts in all, and as a share since the last report', () => {
  const count = new ReceptionCount(7, 90_000);
  assert.equal(count.take(0), undefined);
  const push = (...sequences: readonly number[]) => {
    for (const sequence of sequences) count.push(sequence, packet(sequence * 900), sequence * 10);
  };
  const taken = () => {
    const { lostFraction, lost, highest, ssrc } = count.take(0)!;
    return [ssrc, lostFraction, lost, highest];
  };
  push(1000);
  assert.deepEqual(taken(), [7, 0, 0, 1000]);
  assert.deepEqual(taken(), [7, 0, 0, 1000]);
  // One of four.
  push(1001, 1003, 1004);
  assert.deepEqual(taken(), [7, 64, 1, 1004]);
  // What was missing comes: more came than was expected.
  push(1002);
  assert.deepEqual(taken(), [7, 0, 0, 1004]);
  push(1002, 1005);
  assert.deepEqual(taken(), [7, 0, -1, 1005]);
  push(1008);
  assert.deepEqual(taken(), [7, 170, 1, 1008]);
});

test('jitter is a sixteenth of each difference of transit (RFC 3550, A.8), in ticks of the media', () => {
  const count = new ReceptionCount(7, 8000);
  const jitter = () => count.take(0)?.jitter ?? -1;
  count.push(1, packet(0), 100);
  assert.equal(jitter(), 0);
  // 20 ms later, when 10 ms had passed: 80 ticks.
  count.push(2, packet(80), 120);
  assert.equal(jitter(), 80 / 16);
  count.push(3, packet(160), 120);
  assert.equal(jitter(), 5 + (80 - 5) / 16);
  const before = jitter();
  // A clock that begins anew is none.
  count.push(4, packet(90_000), 130);
  assert.equal(jitter(), before);
  count.push(5, packet(90_080), 140);
  assert.equal(jitter(), before - before / 16);
});

test('the newest report of the sender is named, and how old it is', () => {
  const count = new ReceptionCount(7, 8000);
  count.push(1, packet(0), 0);
  assert.equal('report' in count.take(0)!, false);
  for (const [shortTime, at] of [
    [5, 100],
    [6, 250],
  ] as const)
    count.note({ type: 'report', ssrc: 7, time: 0, shortTime, timestamp: 0 }, at);
  assert.deepEqual(count.take(1000)?.report, { shortTime: 6, age: 750 });
});
