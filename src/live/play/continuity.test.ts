import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import { WholeParts } from '../record/whole-parts.ts';
import { Continuity, Holes, type Step } from './continuity.ts';
import { NewestKeyframe } from './newest-keyframe.ts';
import type { Received } from './selection.ts';

function received(script: LiveScript): Received[] {
  return script.made.map((made, offset) => ({ ...made, offset, holes: 0 }));
}

function stepsOf(records: readonly Received[]): Step[] {
  const continuity = new Continuity();
  const holes = new Holes();
  return records.flatMap((received) => [
    ...continuity.push({ ...received, holes: holes.countAt(received.record) }),
  ]);
}

const inShort = (step: Step): string =>
  step.type === 'begin' ? `begin${step.lost ? ' lost' : ''}` : step.type;

test('A run begins with each epoch and behind each gap', () => {
  const script = new LiveScript({ partsPerSegment: 2 })
    .segments(1)
    .gap()
    .segments(1)
    .restart()
    .segments(1)
    .end();
  assert.deepEqual(stepsOf(received(script)).map(inShort), [
    ...['begin', 'chunk', 'chunk', 'gap', 'begin', 'chunk', 'chunk', 'begin', 'chunk', 'chunk', 'end'],
  ]);
});

test('Behind a record that is missing nothing comes until the next keyframe', () => {
  const records = received(new LiveScript({ partsPerSegment: 3 }).segments(3));
  // The second part of the second segment.
  const steps = stepsOf(records.filter((_, index) => index !== 6));
  assert.deepEqual(steps.map(inShort), [
    ...['begin', 'chunk', 'chunk', 'chunk', 'chunk'],
    ...['begin lost', 'chunk', 'chunk', 'chunk'],
  ]);
});

test('Whatever is missing, runs are without a hole and begin with a keyframe behind their init', () => {
  const script = new LiveScript({ partsPerSegment: 3, chunksPerPart: 2 })
    .segments(3)
    .restart()
    .segments(3)
    .end();
  const all = received(script);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(all.length - 1)), (missing) => {
      let before: Extract<Step, { type: 'chunk' }>['record'] | undefined;
      for (const step of stepsOf(all.filter((_, index) => !missing.includes(index)))) {
        if (step.type === 'begin') {
          assert.ok(step.record.keyframe && step.record.chunk === 0);
          assert.match(step.init.toString(), new RegExp(`init main ${step.record.epoch}`));
          before = undefined;
        }
        if (step.type !== 'chunk') continue;
        const { record } = step;
        if (before !== undefined) {
          const next = before.lastChunk ? [before.ordinal + 1, 0] : [before.ordinal, before.chunk + 1];
          assert.deepEqual([record.ordinal, record.chunk], next);
          assert.equal(record.epoch, before.epoch);
        }
        before = record;
      }
    }),
  );
});

test('Parts are whole: one that lacks a chunk is left out', () => {
  const script = new LiveScript({ partsPerSegment: 2, chunksPerPart: 2 }).segments(2).end();
  const whole = (records: readonly Received[]) => {
    const parts = new WholeParts();
    return stepsOf(records).flatMap((step) => [...parts.push(step)]);
  };
  const bytesOf = (steps: readonly Step[]) =>
    steps.flatMap((step) => (step.type === 'chunk' ? [step.bytes.toString().trim()] : []));
  const all = received(script);
  assert.deepEqual(bytesOf(whole(all)), [
    ...['0.0', '0.1', '1.0', '1.1'].map((part) => `part main 1.${part}.0;part main 1.${part}.1;`),
  ]);
  // Without the last chunk of the second part.
  const without = all.filter((_, index) => index !== 4);
  assert.equal(bytesOf(whole(without)).length, 3);
});

test('Who joins gets what follows the newest keyframe, with its init, and then everything', () => {
  const records = received(new LiveScript({ partsPerSegment: 3 }).segments(2).parts(2));
  const newest = new NewestKeyframe(true);
  assert.deepEqual(
    records.flatMap((record) => [...newest.push(record)]),
    [],
  );
  const shown = newest.open();
  assert.deepEqual(
    shown.map(({ record }) => [record.kind, record.media]),
    [
      ['init', 2],
      ['part', 2],
      ['part', 2],
    ],
  );
  assert.deepEqual(newest.open(), []);
  const [any] = records;
  assert.ok(any);
  assert.deepEqual(newest.push(any), [any]);
});

test('Who joins between a new init and its keyframe gets nothing of the epoch before', () => {
  const records = received(new LiveScript({ partsPerSegment: 3 }).segments(1).restart().segments(1));
  const newest = new NewestKeyframe(true);
  for (const record of records.slice(0, 5)) newest.push(record);
  assert.deepEqual(
    newest.open().map(({ record }) => [record.kind, record.epoch]),
    [['init', 2]],
  );
});
