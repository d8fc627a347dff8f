// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SegmentDates } from '../../../web/dates.js';

const time = '2026-07-01T12:00:0';
const full = `#EXTM3U
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-PROGRAM-DATE-TIME:${time}0.000Z
#EXT-X-PART:DURATION=0.2,URI="part-1-0.m4s"
#EXTINF:1,
seg-1-7.m4s
#EXT-X-PROGRAM-DATE-TIME:${time}1.500Z
#EXTINF:1,
seg-1-8.m4s
#EXT-X-PROGRAM-DATE-TIME:${time}2.500Z
#EXT-X-PART:DURATION=0.2,URI="part-1-10.m4s"
`;

test('dates are known by number, those of the open segment too, and the text has none', () => {
  const dates = new SegmentDates();
  const text = dates.take(full);
  assert.equal(text, full.replace(/#EXT-X-PROGRAM-DATE-TIME:.*\n/g, ''));
  const at = (/** @type {string} */ seconds) => Date.parse(`${time}${seconds}Z`);
  assert.deepEqual(
    [6, 7, 8, 9, 10].map((media) => dates.of(media)),
    [undefined, at('0.000'), at('1.500'), at('2.500'), undefined],
  );
});

test('a delta update goes on with what was known', () => {
  const dates = new SegmentDates();
  dates.take(full);
  dates.take(`#EXTM3U
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-SKIP:SKIPPED-SEGMENTS=2
#EXT-X-PROGRAM-DATE-TIME:${time}2.500Z
#EXTINF:1,
seg-1-9.m4s
#EXT-X-PROGRAM-DATE-TIME:${time}3.500Z
#EXT-X-PART:DURATION=0.2,URI="part-1-15.m4s"
`);
  assert.equal(dates.of(7), Date.parse(`${time}0Z`));
  assert.equal(dates.of(10), Date.parse(`${time}3.500Z`));
});

test('the dates of a long recording are all kept, and those of a long evening are not', () => {
  const lines = (/** @type {number} */ from, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, index) => {
      const date = new Date(Date.parse(`${time}0Z`) + (from + index) * 2000).toISOString();
      return `#EXT-X-PROGRAM-DATE-TIME:${date}\n#EXTINF:2,\nseg-1-${from + index}.m4s\n`;
    }).join('');
  const recording = new SegmentDates();
  recording.take(`#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:3\n${lines(3, 20_000)}`);
  for (const media of [3, 1000, 20_002]) {
    assert.equal(recording.of(media), Date.parse(`${time}0Z`) + media * 2000, `${media}`);
  }
  const live = new SegmentDates();
  for (let first = 0; first < 12_000; first += 15) {
    live.take(`#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:${first}\n${lines(first, 30)}`);
  }
  assert.equal(live.of(100), undefined);
  assert.notEqual(live.of(11_000), undefined);
});
