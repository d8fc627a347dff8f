/** What a manifest says of all of itself: ISO/IEC 23009-1, 5.3.1, and DASH-IF's low-latency modes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, someFacts } from '../../../test/support/live-records.ts';
import { StreamWindow } from '../window/window.ts';
import { type ManifestOptions, manifest } from './manifest.ts';
import type { ListedSegment } from './runs.ts';

const targets = { part: 200_000, segment: 1_000_000 };
const variants = [{ name: 'main', facts: someFacts }];

function linesOf(
  made: LiveScript | readonly ListedSegment[],
  options: Partial<ManifestOptions> = {},
): string[] {
  let segments: readonly ListedSegment[];
  if (made instanceof LiveScript) {
    const window = new StreamWindow('cam');
    for (const { record, bytes } of made.made) window.apply(record, bytes);
    segments = window.rendition('main')!.segments;
  } else segments = made;
  return manifest({ targets, variants, segments, over: false, uri: (text) => text, ...options }).split('\n');
}

/** Attributes of the first element of this name. */
function attributesOf(lines: readonly string[], name: string): Readonly<Record<string, string>> {
  const line = lines.find((one) => one.trim().startsWith(`<${name} `)) ?? '';
  return Object.fromEntries(
    [...line.matchAll(/ ([\w:]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
  );
}
const allOf = (lines: readonly string[], name: string, attribute: string) =>
  lines
    .filter((one) => one.trim().startsWith(`<${name} `))
    .map((line) => attributesOf([line], name)[attribute]);

const root = {
  xmlns: 'urn:mpeg:dash:schema:mpd:2011',
  'xmlns:ffmpeg': 'urn:sluice:ffmpeg',
  profiles: 'urn:mpeg:dash:profile:isoff-live:2011',
};

test('A clock that was set back between two encoders leaves the newer one, and no length below nothing', () => {
  const timescale = 1000;
  const segment = (media: number, epoch: number, begin: number): ListedSegment => ({
    ...{ epoch, media, gap: false, timescale, time: media * 1000, duration: 1000 },
    captured: (begin + media) * 1e6,
  });
  const numbers = [0, 1, 2, 3];
  const before = numbers.map((media) => segment(media, 1, 1_790_000_000));
  const after = numbers.map((media) => segment(media + 4, 2, 1_789_990_000));
  const lines = linesOf([...before, ...after]);
  assert.deepEqual(allOf(lines, 'Period', 'id'), ['e2']);
  assert.equal(attributesOf(lines, 'MPD').timeShiftBufferDepth, 'PT4S');
});

test('Of what is live: when it was written, how far back it reaches, and how far behind players stay', () => {
  const script = new LiveScript().segments(3).restart().parts(3).close().parts(2).close().parts(1);
  const lines = linesOf(script);
  assert.equal(lines[0], '<?xml version="1.0" encoding="UTF-8"?>');
  assert.equal(lines.at(-1), '');
  assert.deepEqual(attributesOf(lines, 'MPD'), {
    ...root,
    'xmlns:gst': 'urn:sluice:gstreamer',
    // The newest period is that young.
    'gst:suggestedPresentationDelay': 'PT0S',
    type: 'dynamic',
    availabilityStartTime: '1970-01-01T00:00:00Z',
    // When the newest segment began.
    publishTime: '2026-09-21T14:13:25.000Z',
    minimumUpdatePeriod: 'PT1S',
    // Three seconds, one of pause, and what follows.
    timeShiftBufferDepth: 'PT5.2S',
    maxSegmentDuration: 'PT1S',
    minBufferTime: 'PT0.6S',
  });
  assert.deepEqual(lines.slice(2, 6), [
    '  <ServiceDescription id="0">',
    '    <Latency target="1200" min="600" max="4000"/>',
    '    <PlaybackRate min="0.96" max="1.04"/>',
    '  </ServiceDescription>',
  ]);
  assert.deepEqual(lines.slice(-3), [
    '  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="../../api/time?format=iso"/>',
    '</MPD>',
    '',
  ]);
  assert.deepEqual(allOf(lines, 'Period', 'id'), ['e1', 'e2']);
  // By the clock, and by entries: the open one has none yet.
  const template = { initialization: 'main/init-1.mp4', media: 'main/seg-1-$Number$.m4s' };
  assert.deepEqual(attributesOf(lines, 'SegmentTemplate'), {
    ...{ timescale: '1000000', duration: '1000000', startNumber: '0' },
    ...{ availabilityTimeOffset: '0.800000', availabilityTimeComplete: 'false', ...template },
  });
  assert.deepEqual(allOf(lines, 'S', 't'), ['0', '9216']);
  assert.deepEqual(allOf(lines, 'ffmpeg:segmentTemplate', 'ffmpeg:startNumber'), ['4', '4']);
});

test('Buffers and segments are as long as targets and what was made of them', () => {
  const of = (made: LiveScript | readonly ListedSegment[], options: Partial<ManifestOptions>) => {
    const { minBufferTime, maxSegmentDuration, minimumUpdatePeriod } = attributesOf(
      linesOf(made, options),
      'MPD',
    );
    return [minBufferTime, maxSegmentDuration, minimumUpdatePeriod];
  };
  const slow = { part: 1_000_000, segment: 6_000_000 };
  const script = new LiveScript().segments(2);
  // FFmpeg begins where it should up to 1.9 seconds.
  assert.deepEqual(of(script, { targets: slow }), ['PT1.9S', 'PT6S', 'PT6S']);
  assert.deepEqual(of(script, { targets: slow, over: true }), ['PT6S', 'PT6S', undefined]);
  const short = { part: 100_000, segment: 500_000 };
  assert.deepEqual(of(script, { targets: short }), ['PT0.3S', 'PT1S', 'PT0.5S']);
  assert.deepEqual(of(script, { targets: short, over: true }), ['PT0.5S', 'PT1S', undefined]);
});

test('Nothing at all is a manifest without periods', () => {
  const live = linesOf([]);
  assert.equal(attributesOf(live, 'MPD').publishTime, '1970-01-01T00:00:00.000Z');
  assert.equal(attributesOf(live, 'MPD').timeShiftBufferDepth, 'PT0S');
  const over = linesOf([], { over: true });
  assert.equal(over.length, 3);
  assert.equal(attributesOf(over, 'MPD').mediaPresentationDuration, 'PT0S');
  for (const lines of [live, over]) assert.doesNotMatch(lines.join(), /eriod[ >]/);
  // No rendition is known yet: nothing says how long a picture lasts.
  assert.deepEqual(allOf(linesOf(new LiveScript().segments(2), { variants: [] }), 'Period', 'id'), ['e1']);
});

test('Of what is over each stretch is a period, and FFmpeg gets the longest', () => {
  for (const [script, ids, lasts, start] of [
    [new LiveScript().segments(2).gap().parts(3).close(), ['m0', 'm3'], ['PT2S', 'PT0.6S'], '0'],
    [new LiveScript().parts(3).close().gap().segments(2), ['m0', 'm2'], ['PT0.6S', 'PT2S'], '2'],
    [new LiveScript().segments(1).restart().segments(3), ['m0', 'm2'], ['PT1S', 'PT3S'], '2'],
  ] as const) {
    const lines = linesOf(script, { over: true });
    const total = lasts.reduce((sum, text) => sum + Number(text.slice(2, -1)), 0);
    assert.deepEqual(attributesOf(lines, 'MPD'), {
      ...root,
      type: 'static',
      mediaPresentationDuration: `PT${total}S`,
      maxSegmentDuration: 'PT1S',
      minBufferTime: 'PT1S',
    });
    assert.deepEqual([allOf(lines, 'Period', 'id'), allOf(lines, 'Period', 'duration')], [ids, lasts]);
    assert.equal(attributesOf(lines, 'ffmpeg:segmentTemplate')['ffmpeg:startNumber'], start);
  }
});

test('A period that another one follows ends with its last segment, and where the next one begins', () => {
  const durations = (script: LiveScript) => allOf(linesOf(script), 'Period', 'duration');
  assert.deepEqual(durations(new LiveScript().segments(3).restart().segments(1)), ['PT3S', undefined]);
  // Counted by the clock: no longer than its numbers.
  const long = new LiveScript().segments(3);
  Object.assign(long.made.at(-1)!.record, { duration: 3072 + 300 });
  assert.deepEqual(durations(long.restart().segments(1)), ['PT3S', undefined]);
  // A clock that went back: the next one begins before this one's end.
  const { made } = new LiveScript().segments(3).restart().segments(1);
  for (const { record } of made)
    if (record.epoch === 2 && 'captured' in record)
      Object.assign(record, { captured: record.captured - 2_500_000 });
  const window = new StreamWindow('cam');
  for (const { record, bytes } of made) window.apply(record, bytes);
  const { segments } = window.rendition('main')!;
  assert.deepEqual(allOf(linesOf(segments), 'Period', 'duration'), ['PT1.5S', undefined]);
});

test('What the index knows of an epoch counts where it is older', () => {
  const { segments } = (() => {
    const window = new StreamWindow('cam');
    for (const { record, bytes } of new LiveScript().segments(6).made) window.apply(record, bytes);
    return window.rendition('main')!;
  })();
  const start = (indexed: readonly ListedSegment[]) =>
    allOf(linesOf(segments.slice(2), { indexed }), 'Period', 'start')[0];
  const moved = (index: number, by: number) => ({
    ...segments[index]!,
    captured: segments[index]!.captured + by,
  });
  assert.equal(start([]), 'PT1790000000S');
  assert.equal(start([moved(0, 70_000)]), 'PT1790000000.07S');
  // The same segment, or a later one, tells nothing new; nor does another epoch.
  assert.equal(start([moved(2, 70_000)]), 'PT1790000000S');
  assert.equal(start([moved(4, 70_000)]), 'PT1790000000S');
  assert.equal(start([{ ...moved(0, 70_000), epoch: 7 }]), 'PT1790000000S');
});

test('Periods stand in their order, the one for FFmpeg behind them; depth is counted from the oldest segment', () => {
  const window = new StreamWindow('cam');
  for (const { record, bytes } of new LiveScript().segments(60).made) window.apply(record, bytes);
  const { segments } = window.rendition('main')!;
  assert.ok(segments[0]!.time > 0);
  const lines = linesOf(segments);
  assert.equal(attributesOf(lines, 'MPD').timeShiftBufferDepth, `PT${segments.length}S`);
  const periods = lines
    .filter((line) => /<(?:ffmpeg:p|P)eriod /.test(line))
    .map((line) => line.trim().slice(1, 8));
  assert.deepEqual(periods, ['Period ', 'ffmpeg:']);
});

test('Counted by the clock, a period ends where its last number does, however long segments are', () => {
  const twice = (epoch: number, media: number, time: number, lasts: number): ListedSegment => {
    const ticks = { timescale: 1000, time: 1000 * time, duration: 1000 * lasts };
    return { epoch, media, gap: false, ...ticks, captured: 1e15 + 1e6 * time + (epoch - 1) * 60e6 };
  };
  const segments = [twice(1, 4, 0, 2), twice(1, 5, 2, 2), twice(1, 6, 4, 2.04), twice(2, 7, 0, 2)];
  const lines = linesOf(segments, { targets: { part: 500_000, segment: 2_000_000 } });
  assert.deepEqual(allOf(lines, 'Period', 'duration'), ['PT6S', undefined]);
  assert.deepEqual(allOf(lines, 'SegmentTemplate', 'startNumber'), ['4', '7']);
});
