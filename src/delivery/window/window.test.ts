import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord, type ScriptOptions } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import type { Arrival, Segment } from '../contract.ts';
import { firstListed } from './limits.ts';
import { StreamWindow } from './window.ts';

const limits = { listed: 5_000_000 };

function windowOf(made: readonly MadeRecord[]): StreamWindow {
  const window = new StreamWindow('cam', limits, () => 7);
  for (const { record, bytes } of made) window.apply(record, bytes);
  return window;
}

function listed(window: StreamWindow, rendition: string): readonly Segment[] {
  const segments = window.rendition(rendition)?.segments ?? [];
  return segments.slice(firstListed(segments, window.targets.segment, limits.listed));
}

const text = (segment: Segment): string => segment.parts.map(({ bytes }) => bytes.toString()).join('');

test('Parts become segments, which are closed by what follows', () => {
  const window = windowOf(new LiveScript().segments(2).parts(2).made);
  const [rendition] = window.renditions;
  assert.deepEqual(
    rendition?.segments.map(({ media, parts, closed, duration }) => [media, parts.length, closed, duration]),
    [
      [0, 5, true, 15_360],
      [1, 5, true, 15_360],
      [2, 2, false, 6144],
    ],
  );
  assert.deepEqual(rendition?.edge, { epoch: 1, media: 2, part: 2, ordinal: 12 });
  assert.equal(rendition?.inits.get(1)?.toString().trim(), 'init main 1');
  assert.deepEqual(window.targets, { part: 200_000, segment: 1_000_000 });
});

test('Chunks are told at once, and are one part when the last has come', () => {
  const window = new StreamWindow('cam');
  const told: string[] = [];
  window.listen((arrival: Arrival) => {
    const parts = window.rendition('main')?.segments.at(-1)?.parts.length ?? 0;
    told.push(`${arrival.type} ${parts}`);
  });
  for (const { record, bytes } of new LiveScript({ chunksPerPart: 3 }).parts(2).made)
    window.apply(record, bytes);
  const part = ['chunk', 'chunk', 'chunk'];
  const first = part.map((type) => `${type} 0`);
  const second = part.map((type) => `${type} 1`);
  assert.deepEqual(told, ['init 0', ...first, 'part 1', ...second, 'part 2']);
  const [whole] = window.rendition('main')!.segments[0]!.parts;
  assert.match(whole!.bytes.toString(), /1\.0\.0\.0;.*1\.0\.0\.1;.*1\.0\.0\.2;/);
  assert.equal(whole?.duration, 3072);
  assert.equal(whole?.independent, true);
});

test('A new epoch cuts a segment off, and drops a part that was not complete', () => {
  const script = new LiveScript({ chunksPerPart: 2 }).segments(1).parts(2);
  script.made.pop();
  const window = windowOf(script.restart().segments(1).parts(1).made);
  const segments = window.rendition('main')!.segments;
  assert.deepEqual(
    segments.map(({ epoch, media, parts, discontinuity, closed }) => [
      epoch,
      media,
      parts.length,
      discontinuity,
      closed,
    ]),
    [
      [1, 0, 5, false, true],
      [1, 1, 1, false, true],
      [2, 2, 5, true, true],
      [2, 3, 1, false, false],
    ],
  );
});

test('A segment that a newer epoch makes again is void', () => {
  const script = new LiveScript().segments(1).parts(3).restart(false).segments(1);
  const segments = windowOf(script.made).rendition('main')!.segments;
  assert.deepEqual(
    segments.map(({ epoch, media, parts }) => [epoch, media, parts.length]),
    [
      [1, 0, 5],
      [2, 1, 5],
    ],
  );
});

test('What a zombie appends is dropped', () => {
  const script = new LiveScript().segments(2);
  const zombie = new LiveScript().segments(4).made.slice(-6);
  script.restart().segments(1);
  const before = script.made.length;
  script.segments(1);
  const made = [...script.made.slice(0, before), ...zombie, ...script.made.slice(before)];
  assert.deepEqual(shown(windowOf(made)), shown(windowOf(script.made)));
});

test('A gap is a closed segment without parts', () => {
  const window = windowOf(new LiveScript().segments(1).gap().segments(1).made);
  assert.deepEqual(
    window
      .rendition('main')!
      .segments.map(({ media, gap, closed, duration }) => [media, gap, closed, duration]),
    [
      [0, false, true, 15_360],
      [1, true, true, 15_360],
      [2, false, false, 15_360],
    ],
  );
});

test('The end closes, and another programme begins with an empty window', () => {
  const script = new LiveScript().segments(2).parts(3).close().end();
  const over = windowOf(script.made);
  assert.equal(over.ended, true);
  assert.equal(
    over.rendition('main')!.segments.every(({ closed }) => closed),
    true,
  );
  const next = windowOf(script.restart(false).segments(1).made);
  assert.equal(next.ended, false);
  assert.deepEqual(
    next.rendition('main')!.segments.map(({ media }) => media),
    [3],
  );
});

test('Memory is bounded by what is to be listed, and by bytes', () => {
  const window = windowOf(new LiveScript().segments(100).made);
  assert.equal(window.rendition('main')!.segments.length, 11);
  const small = new StreamWindow('cam', { bytes: 16 * 5 * 3 });
  for (const { record, bytes } of new LiveScript().segments(50).made) small.apply(record, bytes);
  assert.ok(small.rendition('main')!.segments.length <= 4);
});

test('Inits of epochs that have left the window are forgotten', () => {
  const script = new LiveScript();
  for (let epoch = 0; epoch < 30; epoch += 1) script.segments(1).restart();
  const { inits, segments } = windowOf(script.segments(1).made).rendition('main')!;
  assert.ok(inits.size <= segments.length, `${inits.size} inits`);
});

/** All that a playlist could show of a window. */
function shown(window: StreamWindow): unknown {
  return window.renditions.map(({ name, facts, edge }) => ({
    name,
    facts,
    edge,
    segments: listed(window, name).map((segment) => ({ ...segment, text: text(segment) })),
  }));
}

const anyStep = fc.oneof(
  { weight: 8, arbitrary: fc.constant('segment' as const) },
  { weight: 1, arbitrary: fc.constantFrom('gap', 'cut', 'again', 'end') },
);

function play(steps: readonly string[], options: ScriptOptions): LiveScript {
  const script = new LiveScript(options);
  for (const step of steps) {
    if (step === 'segment') script.segments(1);
    if (step === 'gap') script.gap();
    if (step === 'cut') script.parts(2).restart();
    if (step === 'again') script.parts(3).restart(false);
    if (step === 'end') script.end().restart(false);
  }
  return script.segments(12).parts(2);
}

test('Whoever begins to read later shows the same, from wherever that was early enough', () => {
  const options = fc.record({
    renditions: fc.constantFrom(['main'], ['high', 'low']),
    chunksPerPart: fc.constantFrom(1, 2, 3),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 20 }), options, fc.nat(), (steps, script, at) => {
      const { made } = play(steps, script);
      const all = windowOf(made);
      // What is listed at the end are the last segments: from before them on, every beginning is early enough.
      const first = listed(all, script.renditions[0]!)[0]!;
      const needed = made.findIndex(
        ({ record }) => record.epoch === first.epoch && record.media === first.media,
      );
      const late = windowOf(made.slice(at % (needed + 1)));
      assert.deepEqual(shown(late), shown(all));
    }),
  );
});
