/**
 * What players make of what they are told of a stream, whatever its encoders did: segments of any length, pauses, clocks that step,
 * deaths. What they are told to ask for is there or can still come, and is shown when it is said to be.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifest } from '../../src/delivery/dash/manifest.ts';
import { livePlaylist } from '../../src/delivery/hls/media.ts';
import { textOf } from '../../src/delivery/hls/pieces.ts';
import { segmentAt } from '../../src/delivery/http/begin.ts';
import { StreamWindow } from '../../src/delivery/window/window.ts';
import { LiveScript, type MadeRecord, someFacts } from '../support/live-records.ts';
import fc from '../support/properties.ts';
import { readManifest } from './delivery/manifest-reader.ts';
import { parameters } from './parameters.ts';

type Step =
  | { readonly do: 'segments'; readonly count: number }
  /** Of so few parts. */
  | { readonly do: 'short'; readonly parts: number }
  | { readonly do: 'gap' }
  /** The encoder begins anew so many seconds later, or earlier where its clock was set right; `begun`: parts that stay without an end. */
  | { readonly do: 'restart'; readonly pause: number; readonly begun: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('segments' as const), count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('short' as const), parts: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('gap' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      pause: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -40, max: 0 })),
      begun: fc.integer({ min: 0, max: 4 }),
    }),
  },
);

const uri = (name: string): string => name;
const part = 0.2;

function recordsOf(steps: readonly Step[]): readonly MadeRecord[] {
  const script = new LiveScript({ partTarget: part * 1000, renditions: ['main', 'small'] });
  script.segments(1);
  const pauses: { readonly from: number; readonly micros: number }[] = [];
  for (const one of steps) {
    if (one.do === 'segments') script.segments(one.count);
    if (one.do === 'short') script.parts(one.parts).close();
    if (one.do === 'gap') script.gap();
    if (one.do === 'restart') {
      if (one.begun > 0) script.parts(one.begun);
      script.restart(one.begun > 0);
      pauses.push({ from: script.made.length, micros: one.pause * 1e6 });
      script.segments(1);
    }
  }
  script.segments(1);
  return script.made.map(({ record, bytes }, index) => {
    const later = pauses.reduce((sum, { from, micros }) => sum + (index >= from ? micros : 0), 0);
    return 'captured' in record
      ? { record: { ...record, captured: record.captured + later }, bytes }
      : { record, bytes };
  });
}

/** What stands under a URL of the window: `main/seg-EPOCH-MEDIA.m4s` and `main/part-EPOCH-ORDINAL.m4s`. */
function namesIn(window: StreamWindow): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const { name, segments } of window.renditions)
    for (const { epoch, media, ordinal, parts, time, timescale } of segments) {
      // Playlists name their own without the rendition.
      for (const folder of ['', `${name}/`]) {
        names.set(`${folder}seg-${epoch}-${media}.m4s`, time / timescale);
        for (const index of parts.keys()) names.set(`${folder}part-${epoch}-${ordinal + index}.m4s`, 0);
      }
    }
  return names;
}

function checkPlaylists(window: StreamWindow): void {
  const names = namesIn(window);
  for (const rendition of window.renditions) {
    const pieces = livePlaylist({ stream: window, rendition, listed: 1e12, skip: false, uri });
    for (const line of textOf(pieces, uri).split('\n')) {
      const name = /URI="([^"]*)"/.exec(line)?.[1] ?? (/^[^#]/.test(line) ? line : undefined);
      if (name === undefined || !/(?:seg|part)-/.test(name)) continue;
      const epoch = Number(/-(\d+)-\d+\./.exec(name)?.[1]);
      if (line.includes('PRELOAD-HINT'))
        assert.equal(epoch, window.epoch, `${name} is hinted, and its encoder is gone`);
      else if (!line.includes('GAP=YES')) assert.ok(names.has(name), `${name} is listed, and is not there`);
    }
  }
}

function checkManifest(window: StreamWindow, indexed: ReturnType<typeof closedOf>): void {
  const { segments = [] } = window.rendition('main') ?? {};
  const [newest] = segments.slice(-1);
  if (newest === undefined) return;
  const { targets, renditions } = window;
  const variants = renditions.map(({ name }) => ({ name, facts: someFacts }));
  const text = manifest({ targets, variants, segments, indexed, over: false, uri });
  const names = namesIn(window);
  const oldest = segments[0]!.media;
  const now = (newest.captured + (newest.duration / newest.timescale) * 1e6) / 1e6;
  const periods = readManifest(text, now);
  for (const [index, period] of periods.entries()) {
    const isLast = index === periods.length - 1;
    for (const { url, time } of period.segments) {
      const [epoch = 0, media = 0] = (/seg-(\d+)-(\d+)/.exec(url) ?? []).slice(1).map(Number);
      if (media < oldest) continue;
      const found = names.get(url);
      const isGap = segments.some((one) => one.gap && one.media === media);
      const mayCome = isLast && epoch === window.epoch && media >= newest.media;
      // What died before its first part has its entry, and nothing else.
      const isEntry = text.includes('<SegmentTimeline');
      if (found === undefined && !isGap && !mayCome && !isEntry)
        assert.fail(`${url} is to be asked for, and never comes: ${text}`);
      if (found !== undefined && !isGap)
        assert.ok(
          Math.abs(found - time) < 0.11,
          `${url} is said to begin at ${time}, and begins at ${found}: ${text}`,
        );
    }
  }
}

/** As the index has them. */
function closedOf(segments: readonly import('../../src/delivery/contract.ts').Segment[]) {
  return segments.filter(({ closed }) => closed);
}

test('What players are told to ask for is there or can come, and is where it is said to be', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 10 }), fc.integer({ min: 2, max: 30 }), (steps, seconds) => {
      const window = new StreamWindow('cam', { listed: seconds * 1e6 });
      const all = new StreamWindow('cam', { listed: 1e12 });
      for (const [index, { record, bytes }] of recordsOf(steps).entries()) {
        window.apply(record, bytes);
        all.apply(record, bytes);
        if (window.empty || (record.kind === 'part' && index % 3 !== 0)) continue;
        checkPlaylists(window);
        checkManifest(window, closedOf(all.rendition('main')?.segments ?? []));
      }
    }),
    parameters({ numRuns: 40, seed: 61 }),
  );
});

test('Who asks for a time begins where that was filmed, whatever the clock of the publisher did', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 10 }),
      fc.double({ min: -0.1, max: 1.2, noNaN: true }),
      (steps, share) => {
        const window = new StreamWindow('cam', { listed: 1e12 });
        for (const { record, bytes } of recordsOf(steps)) window.apply(record, bytes);
        const segments = closedOf(window.rendition('main')!.segments).map((segment) => ({
          ...segment,
          index: 0,
        }));
        const starts = segments.map(({ captured }) => captured);
        const [first, last] = [Math.min(...starts), Math.max(...starts)];
        const wanted = Math.round(first + (last - first) * share);
        const begun = segments.filter(({ captured }) => captured <= wanted);
        const found = segmentAt(segments as never, wanted / 1000);
        if (found === undefined) return;
        const nearest = begun.length > 0 ? Math.max(...begun.map(({ captured }) => captured)) : first;
        const { captured } = segments.find(({ media }) => media === found)!;
        assert.equal(captured, nearest, `at ${wanted} of ${starts}`);
      },
    ),
    parameters({ numRuns: 300, seed: 62 }),
  );
});
