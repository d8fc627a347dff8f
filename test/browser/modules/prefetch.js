// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginningOf, bestVariant } from '../../../web/prefetch.js';

/** @param {number} parts */
const playlist = (parts) =>
  [
    '#EXTM3U',
    '#EXT-X-MAP:URI="init-1.mp4"',
    '#EXT-X-MEDIA-SEQUENCE:9',
    ...Array.from({ length: parts }, (_, index) => {
      const key = index % 5 === 0 ? ',INDEPENDENT=YES' : '';
      return `#EXT-X-PART:DURATION=0.2,URI="part-1-${index}.m4s"${key}`;
    }),
    '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-1-99.m4s"',
  ].join('\n');

test('a player begins with the keyframe before the place that keeps its distance', () => {
  assert.deepEqual(beginningOf(playlist(8)), ['init-1.mp4', 'part-1-5.m4s', 'part-1-6.m4s', 'part-1-7.m4s']);
  assert.equal(beginningOf(playlist(7))[1], 'part-1-0.m4s');
  assert.deepEqual(beginningOf(playlist(1)), ['init-1.mp4', 'part-1-0.m4s']);
  assert.deepEqual(beginningOf('#EXTM3U\n'), []);
});

test('the best variant is the one of the most bits, wherever it stands', () => {
  const text = [
    '#EXTM3U',
    '#EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=9000000,BANDWIDTH=300000,CODECS="avc1.4d401e,mp4a.40.2"',
    'low/live.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=2500000,CODECS="avc1.64001f,mp4a.40.2"',
    'high/live.m3u8?from=3',
  ].join('\n');
  assert.equal(bestVariant(text), 'high/live.m3u8?from=3');
  assert.equal(bestVariant('#EXTM3U\n'), undefined);
});
