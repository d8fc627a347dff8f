import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlaylist } from '../../../test/support/exported.ts';
import { LiveScript } from '../../../test/support/live-records.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { createTexts } from '../http/texts.ts';
import { StreamWindow } from '../window/window.ts';
import { textOf } from './pieces.ts';

const uri = (text: string): string => text;
const wish = { skip: false, uri };

/** Segments of a second: encoders that have these renditions make so many of them, one behind the other. */
function indexed(...encoders: readonly (readonly [count: number, ...renditions: string[]])[]) {
  const segments: IndexedSegment[] = [];
  encoders.forEach(([count, ...renditions], run) => {
    for (let index = 0; index < count; index += 1) {
      const media = segments.length;
      segments.push({
        ...{ kind: 'segment', stream: 'cam', epoch: run + 1, media, ordinal: media, parts: 1, gap: false },
        ...{ discontinuity: run > 0 && index === 0, discontinuities: run, captured: 1e15 + media * 1e6 },
        ...{ timescale: 1000, time: index * 1000, duration: 1000, first: media, next: media + 1 },
        sizes: Object.fromEntries(renditions.map((name) => [name, 1])),
      });
    }
  });
  return segments;
}

/** Numbers of what a list names, and how many it has. */
function named(
  text: string,
): [first: number | undefined, last: number | undefined, count: number, all: number] {
  const { segments } = readPlaylist(text);
  const there = segments.filter(({ gap }) => !gap);
  const numbers = there.map((one) => Number(/-(\d+)\.m4s$/.exec(one.uri)?.[1]));
  return [numbers[0], numbers.at(-1), numbers.length, segments.length];
}

test('What an encoder did not make of a rendition is a gap in its lists, also where others have it', () => {
  const texts = createTexts(6_000_000);
  const segments = indexed([300, 'high', 'low'], [20, 'high'], [600, 'high', 'low'], [5, 'high', 'new']);
  const targets = { part: 500_000, segment: 1_000_000 };
  const vod = (name: string) => {
    const listed = texts.ofRendition(segments, name);
    return named(textOf(texts.vod(listed, targets, wish), uri));
  };
  assert.deepEqual(vod('high'), [0, 924, 925, 925]);
  assert.deepEqual(vod('low'), [0, 919, 900, 925]);
  assert.deepEqual(vod('new'), [920, 924, 5, 5]);
  assert.deepEqual(texts.ofRendition(segments, 'none').segments, []);
  assert.equal(texts.ofRendition(segments, 'high').segments, segments);
  assert.equal(texts.ofRendition(segments, 'low'), texts.ofRendition(segments, 'low'));
});

test('So it is for a viewer who goes back in what is live', () => {
  const script = new LiveScript({ renditions: ['high', 'low'], partsPerSegment: 2, partTarget: 500 });
  script.segments(300).restart(false).segments(20).restart(false).segments(605);
  const window = new StreamWindow('cam', { listed: 3_000_000 });
  for (const { record, bytes } of script.made) window.apply(record, bytes);
  const segments = indexed([300, 'high', 'low'], [20, 'high'], [605, 'high', 'low']);
  const archive = { segments: () => segments } as never;
  const list = (name: string) => {
    const pieces = createTexts(6_000_000).media(window, window.rendition(name)!, archive, {
      ...wish,
      from: 0,
    });
    return textOf(pieces, uri);
  };
  const gaps = (text: string) => text.match(/EXT-X-GAP/g)?.length ?? 0;
  assert.equal(gaps(list('high')), 0);
  assert.equal(gaps(list('low')), 20);
});

test('A period of the manifest has the renditions that its encoder made', () => {
  const texts = createTexts(60_000_000);
  const segments = indexed([3, 'high', 'low'], [2, 'high'], [4, 'high', 'low']);
  const facts = {
    width: 640,
    height: 360,
    frameRate: 25_000,
    bandwidth: 1e6,
    averageBandwidth: 1e6,
    codecs: 'avc1.64001f',
  };
  const variants = ['high', 'low'].map((name) => ({ name, facts }));
  const targets = { part: 500_000, segment: 1_000_000 };
  const periods = (text: string) =>
    text
      .split('<Period')
      .slice(1)
      .map((period) => [...period.matchAll(/<Representation id="(\w+)"/g)].map(([, name]) => name));
  const recorded = periods(texts.recorded(segments, variants, targets, wish));
  assert.deepEqual(recorded.slice(0, 3), [['high', 'low'], ['high'], ['high', 'low']]);
  const live = { name: 'cam', targets, ended: false } as const;
  const window = variants.map((variant) => ({
    ...variant,
    segments: segments.map((one) => ({ ...one, parts: [], closed: true })),
  }));
  const archive = { segments: () => segments.slice(0, 7) } as never;
  const told = periods(texts.manifest({ ...live, renditions: window } as never, archive, wish));
  assert.deepEqual(told.slice(0, 3), [['high', 'low'], ['high'], ['high', 'low']]);
});
