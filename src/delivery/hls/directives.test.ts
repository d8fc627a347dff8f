import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord } from '../../../test/support/live-records.ts';
import type { Rendition } from '../contract.ts';
import { StreamWindow } from '../window/window.ts';
import { judge } from './directives.ts';

function windowOf(made: readonly MadeRecord[]): StreamWindow {
  const window = new StreamWindow('cam');
  for (const { record, bytes } of made) window.apply(record, bytes);
  return window;
}

/** Segments 0 to 6 with parts 0 to 4, of segment 7 parts 0 and 1. */
const script = () => new LiveScript().segments(7).parts(2);

function ask(text: string, window = windowOf(script().made)): string {
  return judge(new URLSearchParams(text), window, window.rendition('main')!).type;
}

test('What is there is answered at once, what comes is waited for, what cannot be is refused', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', 'now'],
    ['_HLS_skip=YES', 'now'],
    ['_HLS_msn=7&_HLS_part=1', 'now'],
    ['_HLS_msn=7&_HLS_part=2', 'wait'],
    ['_HLS_msn=7', 'wait'],
    ['_HLS_msn=6', 'now'],
    ['_HLS_msn=3&_HLS_part=2', 'now'],
    ['_HLS_msn=0', 'now'],
    // Past the end of segment 6: the first part of segment 7.
    ['_HLS_msn=6&_HLS_part=5', 'now'],
    ['_HLS_msn=8', 'wait'],
    ['_HLS_msn=8&_HLS_part=0', 'wait'],
    // The last whole segment is 6.
    ['_HLS_msn=9', 'refuse'],
    ['_HLS_msn=7&_HLS_part=16', 'wait'],
    ['_HLS_msn=7&_HLS_part=17', 'refuse'],
    ['_HLS_msn=8&_HLS_part=14', 'wait'],
    ['_HLS_msn=8&_HLS_part=15', 'refuse'],
    ['_HLS_part=0', 'refuse'],
    ['_HLS_msn=-1', 'refuse'],
    ['_HLS_msn=1.5', 'refuse'],
    ['_HLS_msn=x', 'refuse'],
    ['_HLS_msn=', 'refuse'],
    ['_HLS_msn=7&_HLS_part=y', 'refuse'],
  ];
  for (const [text, expected] of table) assert.equal(ask(text), expected, text);
});

test('Between two segments', () => {
  const window = windowOf(new LiveScript().segments(3).made);
  // Segment 2 is open until something follows it.
  assert.equal(ask('_HLS_msn=2', window), 'wait');
  assert.equal(ask('_HLS_msn=2&_HLS_part=4', window), 'now');
  assert.equal(ask('_HLS_msn=2&_HLS_part=5', window), 'wait');
  assert.equal(ask('_HLS_msn=3', window), 'wait');
  assert.equal(ask('_HLS_msn=4', window), 'refuse');
  const closed = windowOf(new LiveScript().segments(2).gap().made);
  assert.equal(ask('_HLS_msn=4', closed), 'wait');
  assert.equal(ask('_HLS_msn=5', closed), 'refuse');
});

test('After the end directives are without meaning', () => {
  const window = windowOf(new LiveScript().segments(3).end().made);
  for (const text of ['_HLS_msn=99', '_HLS_msn=3&_HLS_part=0']) assert.equal(ask(text, window), 'now', text);
});

/** After how many records what was asked for before them is ready. */
function readyAfter(text: string, more: (script: LiveScript) => LiveScript): number {
  const begun = script();
  const window = windowOf(begun.made);
  const judgement = judge(new URLSearchParams(text), window, window.rendition('main')!);
  assert.equal(judgement.type, 'wait');
  const known = begun.made.length;
  const next = more(begun.close()).made.slice(known);
  for (const [index, { record, bytes }] of next.entries()) {
    window.apply(record, bytes);
    if (judgement.type === 'wait' && judgement.isReady(window.rendition('main')!)) return index + 1;
  }
  return -1;
}

test('Who waits is released by the record that brings it, and by none before', () => {
  // The segment is closed by the next one's first part, which stands behind its init.
  assert.equal(
    readyAfter('_HLS_msn=7', (made) => made.segments(2)),
    2,
  );
  // Segment 7 has ended with two parts: its part 2 is part 0 of segment 8.
  assert.equal(
    readyAfter('_HLS_msn=7&_HLS_part=2', (made) => made.segments(2)),
    2,
  );
  assert.equal(
    readyAfter('_HLS_msn=8&_HLS_part=3', (made) => made.segments(2)),
    5,
  );
  assert.equal(
    readyAfter('_HLS_msn=8', (made) => made.segments(2)),
    8,
  );
  assert.equal(
    readyAfter('_HLS_msn=8', (made) => made.gap()),
    1,
  );
  assert.equal(
    readyAfter('_HLS_msn=7', (made) => made.restart(false).segments(1)),
    1,
  );
});

/** A rendition of segments with so many parts, the last of them closed or not. */
function renditionOf(parts: readonly (number | 'gap')[], isClosed: boolean, next = parts.length): Rendition {
  const segments = parts.map((count, media) => ({
    media,
    gap: count === 'gap',
    closed: isClosed || media < parts.length - 1,
    parts: Array.from({ length: count === 'gap' ? 0 : count }),
  }));
  return { segments, edge: { epoch: 1, media: next, part: 0, ordinal: 0 } } as unknown as Rendition;
}

function askOf(rendition: Rendition, media: number, part?: number): string {
  const query = `_HLS_msn=${media}${part === undefined ? '' : `&_HLS_part=${part}`}`;
  const targets = { part: 200_000, segment: 1_000_000 };
  return judge(new URLSearchParams(query), { ended: false, targets }, rendition).type;
}

test('A part past the end of its segment is the first of the next one, when that is there', () => {
  const nothingNext = renditionOf([3, 5], true);
  assert.equal(askOf(nothingNext, 1, 3), 'now');
  assert.equal(askOf(nothingNext, 1, 4), 'now');
  assert.equal(askOf(nothingNext, 1, 5), 'wait');
  assert.equal(askOf(nothingNext, 0, 4), 'now');
  assert.equal(askOf(nothingNext, 2, 14), 'wait');
  assert.equal(askOf(nothingNext, 2, 15), 'refuse');
  const begun = renditionOf([3, 5, 1], false);
  assert.equal(askOf(begun, 1, 5), 'now');
  assert.equal(askOf(begun, 1, 99), 'now');
  assert.equal(askOf(renditionOf([3, 'gap'], true), 1, 0), 'now');
});

test('Where nothing has come yet, what comes is waited for, and what was before is over', () => {
  const none = renditionOf([], true, 4);
  assert.deepEqual(
    [3, 4, 5, 6].map((media) => askOf(none, media)),
    ['now', 'wait', 'wait', 'refuse'],
  );
  assert.equal(askOf(none, 3, 0), 'now');
  assert.equal(askOf(none, 4, 0), 'wait');
  assert.equal(askOf(none, 4, 14), 'wait');
  assert.equal(askOf(none, 4, 15), 'refuse');
});

test('A refusal says what is wrong', () => {
  const window = windowOf(script().made);
  const table: readonly (readonly [string, RegExp])[] = [
    ['_HLS_msn=x', /whole numbers/],
    ['_HLS_msn=1&_HLS_part=y', /whole numbers/],
    ['_HLS_part=0', /needs _HLS_msn/],
    ['_HLS_msn=9', /segment 9 .* 6$/],
    ['_HLS_msn=7&_HLS_part=17', /part 17 of segment 7/],
  ];
  for (const [text, reason] of table) {
    const judgement = judge(new URLSearchParams(text), window, window.rendition('main')!);
    assert.ok(judgement.type === 'refuse');
    assert.match(judgement.reason, reason);
  }
});
