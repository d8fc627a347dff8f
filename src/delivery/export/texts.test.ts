/** Texts of an exported place, of renditions and clocks that change in the middle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlaylist } from '../../../test/support/exported.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { Catalogue, type Epoch } from './catalogue.ts';
import { listTexts, multivariantText } from './texts.ts';

const targets = { part: 500_000, segment: 2_000_000 };
const windowed = { targets, window: 12_000 };
/** Seconds since the epoch of Unix. */
const noon = 1_790_000_000;

function epoch(number: number, bandwidths: Readonly<Record<string, number>>, start = noon): Epoch {
  const facts = { codecs: 'avc1.64001f', width: 640, height: 360, frameRate: 30_000 };
  const renditions = Object.entries(bandwidths).map(([name, bandwidth]) => [
    name,
    { ...facts, bandwidth, averageBandwidth: bandwidth / 2 },
  ]);
  return { epoch: number, start, renditions: Object.fromEntries(renditions) };
}

/** Segments of two seconds. `first`: the media sequence number; media time counts from `began`. */
function segments(
  count: number,
  { of, first, names, began = 0 }: { of: Epoch; first: number; names: readonly string[]; began?: number },
): IndexedSegment[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ stream: 'cam', kind: 'segment', epoch: of.epoch, media: first + index, ordinal: index, parts: 4 },
    ...{ gap: false, discontinuity: of.epoch > 1 && index === 0, discontinuities: of.epoch - 1 },
    ...{ timescale: 1000, time: (first + index - began) * 2000, duration: 2000, first: -1, next: -1 },
    captured: (of.start + (first + index - began) * 2) * 1e6,
    sizes: Object.fromEntries(names.map((name) => [name, 1000])),
  }));
}

function catalogueOf(...items: readonly (Epoch | readonly IndexedSegment[])[]): Catalogue {
  const catalogue = new Catalogue('cam');
  for (const item of items.flat()) catalogue.add(item);
  return catalogue;
}

const named = (catalogue: Catalogue, choice: typeof windowed | { targets: typeof targets }, over = false) =>
  multivariantText(catalogue, choice, over).bytes().toString();

test('A rendition that no encoder makes any more leaves the window, and its list goes on counting', () => {
  const [one, two] = [epoch(1, { high: 8e6, low: 1e6 }), epoch(2, { low: 1e6 })];
  const catalogue = catalogueOf(one, segments(5, { of: one, first: 0, names: ['high', 'low'] }), two);
  const list = () => listTexts(catalogue, windowed, false).find(({ name }) => name === 'high/live.m3u8')!;
  let before = -1;
  for (const segment of segments(20, { of: two, first: 5, names: ['low'] })) {
    catalogue.add(segment);
    const text = list().bytes().toString();
    const number = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
    assert.ok(number >= before, `${number} stands behind ${before}`);
    before = number;
    // Whoever comes now is not led to what has nothing.
    assert.equal(named(catalogue, windowed).includes('high/'), readPlaylist(text).segments.length > 0);
  }
  assert.match(list().bytes().toString(), /MEDIA-SEQUENCE:25\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n$/);
  // Of everything it stays.
  assert.match(named(catalogue, { targets }), /high\/live\.m3u8/);
  assert.match(named(catalogue, windowed, true), /high\/vod\.m3u8/);
});

test('A rendition is announced with the most that any encoder in its list took', () => {
  const [one, two] = [epoch(1, { main: 8e6 }), epoch(2, { main: 1e6 })];
  const catalogue = catalogueOf(
    ...[one, segments(3, { of: one, first: 0, names: ['main'] })],
    ...[two, segments(20, { of: two, first: 3, names: ['main'] })],
  );
  assert.match(named(catalogue, { targets }, true), /BANDWIDTH=8000000,AVERAGE-BANDWIDTH=4000000/);
  assert.match(named(catalogue, { targets }), /BANDWIDTH=8000000/);
  assert.match(named(catalogue, windowed), /BANDWIDTH=1000000,AVERAGE-BANDWIDTH=500000/);
});

test('Behind a clock that was set back nothing is listed before what follows it', () => {
  const [one, two] = [epoch(1, { main: 1e6 }), epoch(2, { main: 1e6 }, noon - 10_000)];
  const catalogue = catalogueOf(
    ...[one, segments(5, { of: one, first: 0, names: ['main'] })],
    ...[two, segments(5, { of: two, first: 5, names: ['main'], began: 5 })],
  );
  const manifest = listTexts(catalogue, { targets }, false).at(-1)!.bytes().toString();
  assert.deepEqual(manifest.match(/ id="e\d"/g), [' id="e2"']);
  assert.match(manifest, /timeShiftBufferDepth="PT10S"/);
  assert.deepEqual(
    listTexts(catalogue, { targets }, true)
      .at(-1)!
      .bytes()
      .toString()
      .match(/ id="m\d"/g),
    [...[' id="m0"', ' id="m5"']],
  );
});
