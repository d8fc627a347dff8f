// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAt, maySpeak, Viewing } from '../../../web/report.js';

test('seconds that are watched, and of these seconds that the picture stands still, are told once', () => {
  const viewing = new Viewing();
  const seen = { stream: 'cam', shown: true, stands: false };
  let now = 5000;
  /** @param {number} times @param {object} more */
  const look = (times, more = {}) => {
    let told;
    for (let time = 0; time < times; time += 1) {
      now += 250;
      told = viewing.look(now, { ...seen, ...more });
    }
    return told;
  };
  assert.equal(viewing.take(), undefined);
  look(1);
  look(8);
  look(4, { stands: true });
  look(4);
  look(2, { stands: true });
  look(4, { shown: false, stands: true });
  assert.deepEqual(viewing.take(), { stream: 'cam', watched: 4.5, stalled: 1.5, stalls: 2 });
  assert.equal(viewing.take(), undefined);
  look(4);
  now += 60_000;
  look(1);
  assert.deepEqual(viewing.take(), { stream: 'cam', watched: 1, stalled: 0, stalls: 0 }, 'it slept');
  look(4);
  const before = look(1, { stream: 'door' });
  assert.deepEqual(before, { stream: 'cam', watched: 1, stalled: 0, stalls: 0 });
  assert.equal(look(1, { stream: undefined }), undefined);
});

test('what is waited for because it was asked for does not stand still', () => {
  const counts = { stalls: 0, renewals: 0, firstPicture: /** @type {number | undefined} */ (undefined) };
  const player = { stream: 'cam', waiting: true, state: { name: 'opening' }, counts };
  const look = lookAt(player);
  assert.deepEqual(look(), { stream: 'cam', shown: false, stands: false });
  counts.firstPicture = 0.5;
  assert.deepEqual(look(), { stream: 'cam', shown: true, stands: false }, 'a seek');
  counts.stalls = 1;
  assert.equal(look().stands, true);
  assert.equal(look().stands, true);
  player.waiting = false;
  assert.equal(look().stands, false);
  player.waiting = true;
  assert.equal(look().stands, false);
  player.state.name = 'paused';
  assert.equal(look().shown, false);
  counts.stalls = 0;
  assert.equal(look().stands, false, 'another stream');
});

test('who does not want to be counted is not', () => {
  assert.equal(maySpeak({}), true);
  assert.equal(maySpeak({ doNotTrack: '1' }), false);
  assert.equal(maySpeak({ globalPrivacyControl: true }), false);
});
