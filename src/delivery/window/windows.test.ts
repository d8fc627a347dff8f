import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord } from '../../../test/support/live-records.ts';
import { windowDefaults } from './limits.ts';
import { Windows } from './windows.ts';

function told() {
  const state = { now: 1_000_000, changes: 0 };
  const windows = new Windows({
    limits: windowDefaults,
    onChange: () => {
      state.changes += 1;
    },
    now: () => state.now,
  });
  const apply = (made: readonly MadeRecord[]): void => {
    for (const { record, bytes } of made) windows.apply(record, bytes);
  };
  return { windows, state, apply };
}

test('A stream is told of with its first part, and with its end', () => {
  const { windows, state, apply } = told();
  const [init, part, ...rest] = new LiveScript().segments(2).end().made;
  apply([init!]);
  assert.equal(windows.get('cam'), undefined);
  apply([part!]);
  assert.equal(windows.get('cam')?.renditions.length, 1);
  assert.equal(state.changes, 1);
  apply(rest);
  assert.equal(windows.get('cam')?.ended, true);
  assert.equal(state.changes, 2);
});

test('The window of a programme is shown until the next one has something to show', () => {
  const { windows, state, apply } = told();
  const script = new LiveScript().segments(2).end();
  const over = script.made.length;
  script.restart(false).segments(1);
  apply(script.made.slice(0, over));
  const first = windows.get('cam');
  apply(script.made.slice(over, over + 1));
  assert.equal(windows.get('cam'), first);
  apply(script.made.slice(over + 1));
  assert.notEqual(windows.get('cam'), first);
  assert.equal(windows.get('cam')?.ended, false);
  assert.equal(state.changes, 3);
});

test('Windows of programmes that were over long ago go, others stay', () => {
  const { windows, state, apply } = told();
  apply(new LiveScript().segments(2).end().made);
  apply(new LiveScript({ stream: 'other' }).segments(2).made);
  assert.equal(windows.sweep(), false);
  state.now += 3_600_000;
  assert.equal(windows.sweep(), true);
  assert.equal(windows.get('cam'), undefined);
  assert.notEqual(windows.get('other'), undefined);
  assert.equal(windows.sweep(), false);
});

test('Nothing comes of records whose init was not seen', () => {
  const { windows, apply } = told();
  const script = new LiveScript().segments(1).gap().end();
  apply(script.made.slice(1));
  assert.equal(windows.get('cam'), undefined);
});

test('What began with an init and nothing else is forgotten, and a programme that comes outlives the one that is over', () => {
  const { windows, state, apply } = told();
  const [init, part] = new LiveScript().segments(2).made;
  apply([init!]);
  state.now += 11 * 60_000;
  windows.sweep();
  apply([part!]);
  // Nothing was kept that it could be shown by.
  assert.equal(windows.get('cam'), undefined);

  const script = new LiveScript({ stream: 'other' }).segments(2).end();
  const over = script.made.length;
  script.restart(false).segments(1);
  apply(script.made.slice(0, over));
  state.now += 9 * 60_000;
  apply(script.made.slice(over, over + 1));
  state.now += 2 * 60_000;
  windows.sweep();
  assert.equal(windows.get('other'), undefined);
  apply(script.made.slice(over + 1));
  assert.equal(windows.get('other')?.ended, false);
});
