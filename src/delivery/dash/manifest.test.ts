import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord, someFacts } from '../../../test/support/live-records.ts';
import { StreamWindow } from '../window/window.ts';
import { manifest } from './manifest.ts';

const variants = [{ name: 'main', facts: someFacts }];

function manifestOf(made: readonly MadeRecord[], over = false, uri = (text: string) => text): string {
  const window = new StreamWindow('cam');
  for (const { record, bytes } of made) window.apply(record, bytes);
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

test('A restart begins a period, with numbers that go on', () => {
  const text = manifestOf(new LiveScript().segments(3).restart().segments(2).made);
  // One number was left out at the restart; time begins anew with the first segment behind it.
  assert.deepEqual(attribute(text, 'startNumber'), ['0', '4']);
  assert.deepEqual(attribute(text, 'start'), ['PT1790000000S', 'PT1790000004S']);
  assert.deepEqual(attribute(text, 'duration').slice(0, 1), ['PT4S']);
  assert.match(text, /seg-2-\$Number\$/);
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
