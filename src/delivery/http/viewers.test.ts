import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewerCount } from './viewers.ts';

test('Those who wait for the next playlist, between two parts too', () => {
  let now = 0;
  const viewers = new ViewerCount(12_000, () => now);
  viewers.held(20);
  viewers.held(0);
  now = 1000;
  assert.equal(viewers.count(0), 20);
  for (now = 1000; now <= 6000; now += 200) {
    viewers.held(5);
    viewers.held(0);
  }
  assert.equal(viewers.count(2), 7);
  now = 20_000;
  assert.equal(viewers.count(0), 0);
});

test('Players of plain playlists: from the second time on, until they have stayed away', () => {
  let now = 0;
  const viewers = new ViewerCount(12_000, () => now);
  viewers.plain('a');
  viewers.plain('b');
  assert.equal(viewers.count(0), 0);
  now = 2000;
  viewers.plain('a');
  assert.equal(viewers.count(0), 1);
  now = 14_001;
  assert.equal(viewers.count(0), 0);
  viewers.plain('b');
  assert.equal(viewers.count(0), 0);
});
