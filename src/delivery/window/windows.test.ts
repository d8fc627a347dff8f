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

test('A flood of streams takes no more memory than all windows may; who was there stays, and who was set aside comes back', () => {
  const state = { now: 1_000_000, aside: new Set<string>() };
  const windows = new Windows({
    limits: windowDefaults,
    memory: 1_000_000,
    onChange: () => {},
    onSetAside: (stream) => state.aside.add(stream),
    now: () => state.now,
  });
  const old = new LiveScript({ stream: 'old' }).segments(20).made;
  const flood = Array.from({ length: 300 }, (_, number) =>
    new LiveScript({ stream: `flood-${number}` }).segments(2),
  );
  const apply = ({ record, bytes }: MadeRecord): void => windows.apply(record, bytes);
  apply(old.shift()!);
  apply(old.shift()!);
  for (const { made } of flood) {
    for (const one of made) apply(one);
    const next = old.shift();
    if (next !== undefined) apply(next);
  }
  const shown = flood.filter((_, number) => windows.get(`flood-${number}`) !== undefined).length;
  assert.ok(shown > 5 && shown < 50, `${shown} of 300 are shown`);
  assert.ok((windows.get('old')?.renditions[0]?.segments.length ?? 0) > 10, 'who was there stays');
  assert.ok(!state.aside.has('old') && state.aside.size > 0);
  const [name] = state.aside;
  const again = new LiveScript({ stream: name! }).segments(2).made;
  for (const one of again) apply(one);
  assert.equal(windows.get(name!), undefined, 'not at once');
  state.now += 61_000;
  for (let number = 0; number < 300; number++) windows.forget(`flood-${number}`);
  for (const one of again) apply(one);
  assert.notEqual(windows.get(name!), undefined);
});

test('Who was set aside comes back although the clock was put back', () => {
  const state = { now: 100_000_000 };
  const windows = new Windows({
    limits: windowDefaults,
    memory: 50_000,
    onChange: () => {},
    now: () => state.now,
  });
  const apply = ({ record, bytes }: MadeRecord): void => windows.apply(record, bytes);
  const { made } = new LiveScript().segments(2);
  for (const one of made) apply(one.record.kind === 'part' ? { ...one, bytes: Buffer.alloc(40_000) } : one);
  assert.equal(windows.get('cam'), undefined);
  state.now -= 3_600_000;
  for (const one of made) apply(one);
  assert.notEqual(windows.get('cam'), undefined);
});

test('A segment that never ends is set aside by what it holds', () => {
  const aside: string[] = [];
  const windows = new Windows({
    limits: windowDefaults,
    memory: 2_000_000,
    onChange: () => {},
    onSetAside: (stream) => aside.push(stream),
  });
  for (const { record, bytes } of new LiveScript({ stream: 'old' }).segments(2).made)
    windows.apply(record, bytes);
  for (const { record, bytes } of new LiveScript({ stream: 'endless', partsPerSegment: 1000 }).parts(400)
    .made) {
    windows.apply(record, record.kind === 'part' ? Buffer.alloc(10_000) : bytes);
  }
  assert.deepEqual(aside, ['endless']);
  assert.equal(windows.get('endless'), undefined);
  assert.notEqual(windows.get('old'), undefined);
});

test('The window of a programme stays for ten minutes behind its end, and so does an init that waits for its part', () => {
  const minutes = 60_000;
  for (const [after, stays] of [
    [10 * minutes, true],
    [10 * minutes + 1, false],
  ] as const) {
    const { windows, state, apply } = told();
    apply(new LiveScript().segments(2).end().made);
    state.now += after;
    assert.equal(windows.sweep(), !stays);
    assert.equal(windows.get('cam') !== undefined, stays);
    const [init, part] = new LiveScript({ stream: 'other' }).segments(1).made;
    apply([init!]);
    state.now += after;
    windows.sweep();
    apply([part!]);
    assert.equal(windows.get('other') !== undefined, stays);
  }
});

test('An end is told once, and of another programme that begins nothing old is left', () => {
  const { windows, state, apply } = told();
  const script = new LiveScript().segments(2).end();
  apply(script.made);
  apply(script.made.slice(-1));
  assert.equal(state.changes, 2);
  const over = script.made.length;
  apply(script.restart(false).segments(1).made.slice(over));
  assert.equal(state.changes, 3);
  // The end of the one before is no longer counted.
  state.now += 3_600_000;
  assert.equal(windows.sweep(), false);
  assert.notEqual(windows.get('cam'), undefined);
});

/** Windows of which none is allowed to stay, and which streams were set aside. */
function noRoom() {
  const state = { now: 1_000_000, aside: [] as string[], changes: 0 };
  const windows = new Windows({
    limits: windowDefaults,
    memory: 10,
    onChange: () => {
      state.changes += 1;
    },
    onSetAside: (stream) => state.aside.push(stream),
    now: () => state.now,
  });
  const [init] = new LiveScript().segments(1).made;
  const begin = (stream: string) => windows.apply({ ...init!.record, stream }, init!.bytes);
  return { windows, state, begin };
}

test('Who was set aside stays away for a minute, and that is told each time', () => {
  const { state, begin } = noRoom();
  begin('cam');
  assert.deepEqual([state.aside, state.changes], [['cam'], 1]);
  for (const [later, times] of [
    [0, 1],
    [59_999, 1],
    [1, 2],
    [1, 2],
    [60_000, 3],
  ] as const) {
    state.now += later;
    begin('cam');
    assert.deepEqual([state.aside.length, state.changes], [times, times], `${later} ms later`);
  }
});

test('Of streams that were set aside ten thousand are remembered, the newest', () => {
  const { state, begin } = noRoom();
  for (let number = 0; number < 10_000; number += 1) begin(`${number}`);
  begin('0');
  assert.equal(state.aside.length, 10_000);
  begin('one more');
  begin('1');
  assert.equal(state.aside.length, 10_001);
  begin('0');
  assert.deepEqual(state.aside.slice(-2), ['one more', '0']);
});

test('A stream that is forgotten begins anew', () => {
  const { windows, apply } = told();
  const { made } = new LiveScript().segments(2);
  apply(made);
  windows.forget('cam');
  assert.equal(windows.get('cam'), undefined);
  const [init, ...rest] = new LiveScript({ stream: 'other' }).segments(2).made;
  apply([init!]);
  windows.forget('other');
  apply(rest.slice(0, 1));
  assert.equal(windows.get('other'), undefined);
});
