import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentTrips } from './recent-trips.ts';

function after(...trips: readonly number[]): RecentTrips {
  const recent = new RecentTrips();
  for (const trip of trips) recent.add(trip);
  return recent;
}

test('A queue is empty in between where one of three round trips is about as short as at best', () => {
  assert.ok(new RecentTrips().isEmptyInBetween, 'nobody knows otherwise');
  assert.ok(after(200, 225, 300).isEmptyInBetween);
  assert.ok(!after(200, 226, 300, 300).isEmptyInBetween);
  assert.ok(after(200, 226, 300, 300, 204, 300).isEmptyInBetween);
});

test('At best is also what was seen at rest, and before all that is looked at', () => {
  const recent = after(240, 250, 245);
  assert.ok(recent.isEmptyInBetween);
  recent.atRest(80);
  assert.ok(!recent.isEmptyInBetween);
  recent.clear();
  assert.ok(recent.isEmptyInBetween);
  recent.add(240);
  assert.ok(!recent.isEmptyInBetween);
});

test('Only the last eight are looked at; and what was best is forgotten when it has long not been met', () => {
  const recent = after(80, ...Array<number>(8).fill(110));
  assert.ok(!recent.isEmptyInBetween);
  for (let more = 9; more < 128; more += 1) {
    recent.add(110);
    assert.ok(!recent.isEmptyInBetween, `${more}`);
  }
  recent.add(110);
  assert.ok(recent.isEmptyInBetween);
});
