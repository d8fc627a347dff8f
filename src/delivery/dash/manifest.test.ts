import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord, someFacts } from '../../../test/support/live-records.ts';
import { StreamWindow } from '../window/window.ts';
import { manifest } from './manifest.ts';

const variants = [{ name: 'main', facts: someFacts }];

function windowOf(made: readonly MadeRecord[]): StreamWindow {
  const window = new StreamWindow('cam');
  for (const { record, bytes } of made) window.apply(record, bytes);
  return window;
}

function manifestOf(made: readonly MadeRecord[], over = false, uri = (text: string) => text): string {
  const window = windowOf(made);
  const { segments } = window.rendition('main')!;
  return manifest({ targets: window.targets, variants, segments, over, uri });
}

const attribute = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`[ \\n]${name}="([^"]*)"`, 'g'))].map((match) => match[1]!);

test('A live manifest has all that low latency asks for', () => {
  const text = manifestOf(new LiveScript().segments(8).parts(2).made);
  assert.deepEqual(attribute(text, 'type'), ['dynamic']);
  assert.deepEqual(attribute(text, 'availabilityTimeOffset'), ['0.800000']);
  assert.deepEqual(attribute(text, 'availabilityTimeComplete'), ['false']);
  assert.deepEqual(attribute(text, 'minimumUpdatePeriod'), ['PT1S']);
  assert.deepEqual(attribute(text, 'startNumber'), ['0']);
  assert.deepEqual(attribute(text, 'start'), ['PT1790000000S']);
  assert.deepEqual(attribute(text, 'publishTime'), ['2026-09-21T14:13:28.000Z']);
  assert.match(text, /<Latency target="1200" min="600" max="4000"\/>/);
  assert.match(text, /codecs="avc1\.64001f,mp4a\.40\.2"/);
  assert.match(text, /media="main\/seg-1-\$Number\$\.m4s"/);
});

test('What has left the window changes neither the period nor its numbers', () => {
  const script = new LiveScript();
  const facts = (text: string) => [
    attribute(text, 'start'),
    attribute(text, 'startNumber'),
    attribute(text, 'id'),
  ];
  const early = facts(manifestOf(script.segments(3).made));
  assert.deepEqual(facts(manifestOf(script.segments(60).made)), early);
});

test('A restart begins a period, with numbers that go on; what was before ends with its last segment', () => {
  const text = manifestOf(new LiveScript().segments(3).restart().segments(2).made);
  // One number was left out at the restart; time begins anew with the first segment behind it.
  assert.deepEqual(attribute(text, 'startNumber'), ['0', '4']);
  assert.deepEqual(attribute(text, 'start'), ['PT1790000000S', 'PT1790000004S']);
  // A second of pause is nobody's: who believes that it is the first one's asks for what never comes.
  assert.deepEqual(attribute(text, 'duration').slice(0, 1), ['PT3S']);
  assert.match(text, /seg-2-\$Number\$/);
  assert.deepEqual(attribute(text, 'timeShiftBufferDepth'), ['PT6S']);
});

test('Of numbers that jump what is behind the last jump is told, and no entry is made for each number that is missing', () => {
  for (const jump of [101, 300_000_000, 2 ** 52]) {
    const { made } = new LiveScript().segments(6);
    for (const { record } of made)
      if (record.media >= 3) Object.assign(record, { media: record.media + jump, time: 7 });
    const text = manifestOf(made);
    assert.deepEqual(attribute(text, 'startNumber').slice(0, 1), [String(3 + jump)]);
    assert.ok(text.length < 10_000, `${text.length} characters`);
  }
});

test('A recording may have more segments than a call takes arguments', () => {
  const { targets } = windowOf(new LiveScript().segments(1).made);
  const [segment] = windowOf(new LiveScript().segments(2).made).rendition('main')!.segments;
  const segments = Array.from({ length: 200_000 }, (_, media) => ({
    ...segment!,
    media,
    time: media * 15_360,
  }));
  const text = manifest({ targets, variants, segments, over: true, uri: (one) => one });
  assert.deepEqual(attribute(text, 'mediaPresentationDuration'), ['PT200000S']);
});

test('A segment that a dying encoder cut short is the last of its period', () => {
  const cut = new LiveScript().segments(2).parts(2).restart().segments(2).made;
  assert.deepEqual(attribute(manifestOf(cut), 'duration').slice(0, 1), ['PT2.4S']);
});

/** What a player finds where: seconds of the first period's media time, by number, with the entries or by the clock. */
function timesIn(text: string): ReadonlyMap<number, number> {
  const [period = ''] = /<Period .*?<\/Period>/s.exec(text) ?? [];
  const [timescale = 0, number = 0] = ['timescale', 'startNumber'].map((name) =>
    Number(attribute(period, name)[0]),
  );
  const entries = [...period.matchAll(/<S t="(\d+)" d="(\d+)"(?: r="(\d+)")?\/>/g)];
  const times = entries.flatMap(([, t, d, r = '0']) =>
    Array.from({ length: Number(r) + 1 }, (_, index) => Number(t) + index * Number(d)),
  );
  const lasts = Number(/<SegmentTemplate [^>]*duration="(\d+)"/.exec(period)?.[1]);
  const found = entries.length > 0 ? times : Array.from({ length: 200 }, (_, index) => index * lasts);
  return new Map(found.map((time, index) => [number + index, time / timescale]));
}

test('Whatever segments last, a number means the same segment, for as long as it is listed', () => {
  // Parts of 200 ms in each segment; the target is five. From 97 % of it every time to anything.
  const rhythms = [[5], [3], [3, 5, 2, 4], [4, 4, 5], [5, 5, 5, 5, 5, 5, 2]];
  for (const rhythm of rhythms) {
    const script = new LiveScript();
    for (let count = 0; count < 80; count += 1) {
      script.parts(rhythm[count % rhythm.length]!).close();
      const { segments } = windowOf(script.made).rendition('main')!;
      const times = timesIn(manifestOf(script.made));
      for (const { media, time, timescale, closed } of segments) {
        if (!closed && !times.has(media)) continue;
        const told = times.get(media) ?? Number.NaN;
        assert.ok(Math.abs(told - time / timescale) < 0.06, `${rhythm}: ${media} at ${told}`);
      }
    }
  }
});

test('Segments of the target length are counted by the clock, and others are told one by one', () => {
  const rows: readonly (readonly [parts: number[], timeline: boolean])[] = [
    [[5, 5, 5, 5], false],
    [[5, 5, 5, 2], true],
    [[5, 5, 2, 5], true],
    [[3, 3, 3], true],
  ];
  for (const [parts, timeline] of rows) {
    const script = new LiveScript();
    for (const count of parts) script.parts(count).close();
    const text = manifestOf(script.parts(1).made);
    assert.equal(/<SegmentTimeline>/.test(text), timeline, `${parts}`);
    assert.equal(/availabilityTimeOffset/.test(text), !timeline);
  }
});

test('A number that nobody has keeps its place among the entries', () => {
  const script = new LiveScript().parts(3).close().parts(3).close();
  const made = [...script.made];
  script.made.length = 0;
  script.parts(3).close();
  script.made.length = 0;
  const text = manifestOf([...made, ...script.parts(3).close().parts(1).made]);
  assert.deepEqual(
    [...timesIn(text)],
    [
      [0, 0],
      [1, 0.6],
      [2, 1.2],
      [3, 1.8],
    ].map(([n, t]) => [n!, t!]),
  );
});

test('A capture clock that is set right moves no period, once the index knows its begin', () => {
  const { made } = new LiveScript().segments(60);
  const late = made.map(({ record, bytes }) => {
    const moved =
      'captured' in record && record.media >= 20
        ? { ...record, captured: record.captured + 700_000 }
        : record;
    return { record: moved, bytes };
  });
  const window = windowOf(late);
  const { segments } = window.rendition('main')!;
  const indexed = windowOf(late.slice(0, 40)).rendition('main')!.segments;
  assert.ok(segments[0]!.media > 20);
  const options = { targets: window.targets, variants, segments, over: false, uri: (text: string) => text };
  assert.deepEqual(attribute(manifest(options), 'start'), ['PT1790000000.7S']);
  assert.deepEqual(attribute(manifest({ ...options, indexed }), 'start'), ['PT1790000000S']);
});

test('Nothing that is written leaves the folder that a proxy may have put all of it into', () => {
  for (const over of [false, true]) {
    assert.doesNotMatch(manifestOf(new LiveScript().segments(3).made, over), /="(?:\/|https?:)/);
  }
  assert.match(manifestOf(new LiveScript().segments(3).made), /value="\.\.\/\.\.\/api\/time\?format=iso"/);
});

test('What is for FFmpeg alone is of another namespace, and of no name that anybody else knows', () => {
  const made = new LiveScript().segments(8).parts(2).made;
  for (const over of [false, true]) {
    const text = manifestOf(made, over);
    const [own = ''] = /<ffmpeg:period .*<\/ffmpeg:period>/s.exec(text) ?? [];
    assert.match(own, /ffmpeg:Duration="PT4000000000S"/);
    for (const kind of ['video', 'audio']) {
      assert.match(own, new RegExp(`ffmpeg:mimeType="${kind}/mp4"`));
      assert.match(own, new RegExp(`ffmpeg:media="main/${kind}-seg-1-\\$Number\\$\\.m4s"`));
    }
    for (const [, name] of own.matchAll(/<\/?([^\s/>]+)/g)) assert.match(name!, /^ffmpeg:[a-z]/);
    for (const [, name] of own.matchAll(/ ([^\s=]+)="/g)) assert.match(name!, /^ffmpeg:/);
    assert.equal(text.replace(own, '').match(/ffmpeg/g)?.length, 2, 'but for its declaration');
  }
  assert.match(manifestOf(made), /ffmpeg:startNumber="5"/);
});

test('GStreamer goes back three segments, never to where there was no period, and nobody else reads of it', () => {
  const delayIn = (text: string) => attribute(text, 'gst:suggestedPresentationDelay');
  const rows: readonly (readonly [made: readonly MadeRecord[], delay: string])[] = [
    [new LiveScript().parts(1).made, 'PT0S'],
    [new LiveScript().segments(1).parts(3).made, 'PT0.4S'],
    [new LiveScript().segments(4).made, 'PT2.8S'],
    [new LiveScript().segments(8).made, 'PT3S'],
    [new LiveScript().segments(80).made, 'PT3S'],
    [new LiveScript().segments(8).restart().segments(2).made, 'PT0.8S'],
  ];
  for (const [made, delay] of rows) {
    const text = manifestOf(made);
    assert.deepEqual(delayIn(text), [delay]);
    assert.deepEqual(attribute(text, 'suggestedPresentationDelay'), []);
  }
  assert.deepEqual(delayIn(manifestOf(new LiveScript().segments(8).end().made, true)), []);
});

test('GStreamer counts the entries of a SegmentTimeline from a period that begins at 0', () => {
  const ragged = new LiveScript().parts(5).close().parts(2).close().parts(5).close();
  const text = manifestOf(ragged.parts(1).made);
  const own = [
    / gst:availabilityStartTime="2026-09-21T14:13:20\.000Z" .* availabilityStartTime="1970-/,
    /<Period gst:start="PT0S" .* start="PT1790000000S"/,
  ];
  for (const pattern of own) assert.match(text, pattern);
  // Counted by the clock, or where there are several, periods begin where all others take them to begin.
  for (const script of [new LiveScript().segments(3), ragged.restart().segments(2)])
    assert.doesNotMatch(manifestOf(script.made), /gst:(?:start|availabilityStartTime)/);
});

test('A programme that is over is listed segment by segment, around its gaps', () => {
  const text = manifestOf(new LiveScript().segments(3).gap().segments(2).end().made, true);
  assert.deepEqual(attribute(text, 'type'), ['static']);
  assert.deepEqual(attribute(text, 'mediaPresentationDuration'), ['PT5S']);
  assert.deepEqual(text.match(/<S [^>]*>/g), [
    '<S t="0" d="15360" r="2"/>',
    '<S t="61440" d="15360" r="1"/>',
  ]);
  assert.deepEqual(attribute(text, 'startNumber'), ['0', '4']);
  assert.deepEqual(attribute(text, 'presentationTimeOffset'), ['0', '61440']);
});

test('What stands in URIs cannot leave its attribute', () => {
  const text = manifestOf(new LiveScript().segments(2).made, false, (uri) => `${uri}?a=1&b="<`);
  assert.match(text, /\?a=1&amp;b=&quot;&lt;"/);
});
