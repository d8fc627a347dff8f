/** The period that FFmpeg alone reads, to the letter (ADR 125). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someFacts } from '../../../test/support/live-records.ts';
import {
  countingFrom,
  type FfmpegPeriodOptions,
  ffmpegMinBuffer,
  ffmpegNamespace,
  ffmpegPeriod,
} from './ffmpeg.ts';
import type { Variant } from './period.ts';
import type { ListedSegment } from './runs.ts';

const variant = (name: string, codecs: string, width: number): Variant => ({
  name,
  facts: { ...someFacts, codecs, width, height: width / 2, bandwidth: 9 },
});
const main = variant('main', 'avc1.64001f,mp4a.40.2', 640);
const small = variant('small', 'avc1.64001f,mp4a.40.2', 2);
const voice = variant('voice', 'mp4a.40.2', 0);

function linesOf(variants: readonly Variant[], options: Partial<FfmpegPeriodOptions> = {}): string[] {
  const uri = (text: string) => `../${text}`;
  return ffmpegPeriod({ epoch: 3, variants, template: { timescale: 1 }, uri, ...options });
}

const idsOf = (lines: readonly string[], kind: string) => {
  const text = lines.join('\n');
  const [set = ''] = new RegExp(`mimeType="${kind}/mp4".*?</ffmpeg:adaptationSet>`, 's').exec(text) ?? [];
  return [...set.matchAll(/representation ffmpeg:id="(\w+)"/g)].map(([, id]) => id);
};

test('Picture and sound are sets of their own, all of it in a namespace of its own', () => {
  assert.deepEqual(ffmpegNamespace, { 'xmlns:ffmpeg': 'urn:sluice:ffmpeg' });
  assert.deepEqual(
    linesOf([main], {
      timeline: [
        { t: 0, d: 5 },
        { t: 5, d: 6 },
      ],
    }),
    [
      '<ffmpeg:period ffmpeg:Duration="PT4000000000S">',
      '  <ffmpeg:adaptationSet ffmpeg:mimeType="video/mp4">',
      '    <ffmpeg:representation ffmpeg:id="main" ffmpeg:bandwidth="9" ffmpeg:width="640" ffmpeg:height="320">',
      '      <ffmpeg:segmentTemplate ffmpeg:timescale="1" ffmpeg:initialization="../main/video-init-3.mp4" ffmpeg:media="../main/video-seg-3-$Number$.m4s">',
      '        <ffmpeg:segmentTimeline>',
      '          <ffmpeg:s ffmpeg:t="0" ffmpeg:d="5"/>',
      '          <ffmpeg:s ffmpeg:t="5" ffmpeg:d="6"/>',
      '        </ffmpeg:segmentTimeline>',
      '      </ffmpeg:segmentTemplate>',
      '    </ffmpeg:representation>',
      '  </ffmpeg:adaptationSet>',
      '  <ffmpeg:adaptationSet ffmpeg:mimeType="audio/mp4">',
      '    <ffmpeg:representation ffmpeg:id="main" ffmpeg:bandwidth="9">',
      '      <ffmpeg:segmentTemplate ffmpeg:timescale="1" ffmpeg:initialization="../main/audio-init-3.mp4" ffmpeg:media="../main/audio-seg-3-$Number$.m4s">',
      '        <ffmpeg:segmentTimeline>',
      '          <ffmpeg:s ffmpeg:t="0" ffmpeg:d="5"/>',
      '          <ffmpeg:s ffmpeg:t="5" ffmpeg:d="6"/>',
      '        </ffmpeg:segmentTimeline>',
      '      </ffmpeg:segmentTemplate>',
      '    </ffmpeg:representation>',
      '  </ffmpeg:adaptationSet>',
      '</ffmpeg:period>',
    ],
  );
  assert.doesNotMatch(linesOf([main]).join(), /segmentTimeline|<ffmpeg:s /);
});

test('Of pictures there are all, of sound one: the last that there is', () => {
  for (const [variants, pictures, sounds] of [
    [[main, small], ['main', 'small'], ['small']],
    [[main, small, voice], ['main', 'small'], ['voice']],
    [[main, variant('mute', 'avc1.64001f', 2)], ['main', 'mute'], ['main']],
    [[voice], [], ['voice']],
    [[variant('mute', 'avc1.64001f', 1)], ['mute'], []],
    [[variant('a', 'hvc1.1.6.L93.B0', 4), variant('b', 'hev1.1.6.L93.B0', 4)], ['a', 'b'], []],
    [[variant('a', 'av01.0.04M.08', 4)], ['a'], []],
    [[variant('a', 'av01.0.04M.08,opus', 4)], ['a'], ['a']],
    [[variant('a', 'ac-3', 0)], [], ['a']],
  ] as const) {
    const lines = linesOf(variants);
    assert.deepEqual([idsOf(lines, 'video'), idsOf(lines, 'audio')], [pictures, sounds]);
    assert.equal(
      lines.join().match(/<ffmpeg:adaptationSet/g)?.length,
      Number(pictures.length > 0) + sounds.length,
    );
  }
});

test('It counts by ones from three segments before the newest, where there are as many', () => {
  const segment = (media: number): ListedSegment => ({
    ...{ epoch: 1, media, gap: false, timescale: 1, time: 0, duration: 1, captured: 0 },
  });
  for (const [first, last, startNumber] of [
    [2, 10, 7],
    [7, 10, 7],
    [9, 10, 9],
    [10, 10, 10],
  ] as const) {
    const told = countingFrom({ segments: [], first: segment(first), last: segment(last) });
    assert.deepEqual([told.timescale, told.startNumber], [1, startNumber]);
    // Seconds: more than any clock has.
    assert.ok(Number(told.duration) > 1e11);
  }
  // Two seconds and more would have it begin elsewhere.
  assert.ok(ffmpegMinBuffer > 1 && ffmpegMinBuffer < 2);
});
