/** A period, to the letter: attributes and schemes of ISO/IEC 23009-1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someFacts } from '../../../test/support/live-records.ts';
import { type PeriodOptions, periodOf, type Variant } from './period.ts';

const main: Variant = {
  name: 'main',
  facts: { ...someFacts, colours: { primaries: 9, transfer: 16, matrix: 10 } },
};
const small: Variant = {
  name: 'small',
  facts: { ...someFacts, width: 1, height: 2, frameRate: 25_000, bandwidth: 5 },
};
const voice: Variant = {
  name: 'voice',
  facts: { ...someFacts, codecs: 'mp4a.40.2', width: 0, height: 0, frameRate: 0, bandwidth: 7 },
};

function linesOf(options: Partial<PeriodOptions>): string[] {
  const template = { timescale: 15_360, startNumber: 4 };
  const uri = (text: string) => `../${text}`;
  return periodOf({ epoch: 3, variants: [main], attributes: { id: 'e3' }, template, uri, ...options });
}

test('Each rendition is a representation of one set, with its picture, its colours and its own names', () => {
  assert.deepEqual(linesOf({ variants: [main, small] }), [
    '<Period id="e3">',
    '  <AdaptationSet contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">',
    '    <Representation id="main" codecs="avc1.64001f,mp4a.40.2" bandwidth="1200000" width="640" height="360" frameRate="30000/1000" sar="1:1">',
    '      <SupplementalProperty schemeIdUri="urn:mpeg:mpegB:cicp:ColourPrimaries" value="9"/>',
    '      <SupplementalProperty schemeIdUri="urn:mpeg:mpegB:cicp:TransferCharacteristics" value="16"/>',
    '      <SupplementalProperty schemeIdUri="urn:mpeg:mpegB:cicp:MatrixCoefficients" value="10"/>',
    '      <SegmentTemplate timescale="15360" startNumber="4" initialization="../main/init-3.mp4" media="../main/seg-3-$Number$.m4s"/>',
    '    </Representation>',
    '    <Representation id="small" codecs="avc1.64001f,mp4a.40.2" bandwidth="5" width="1" height="2" frameRate="25000/1000" sar="1:1">',
    '      <SegmentTemplate timescale="15360" startNumber="4" initialization="../small/init-3.mp4" media="../small/seg-3-$Number$.m4s"/>',
    '    </Representation>',
    '  </AdaptationSet>',
    '</Period>',
  ]);
});

test('Sound alone is audio, and has no picture; one picture makes a set of video', () => {
  assert.deepEqual(linesOf({ variants: [voice] }).slice(1, 3), [
    '  <AdaptationSet contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1">',
    '    <Representation id="voice" codecs="mp4a.40.2" bandwidth="7">',
  ]);
  assert.match(linesOf({ variants: [voice, small] })[1]!, /contentType="video" mimeType="video\/mp4"/);
});

test('Entries stand in the timeline of each representation, where there are any', () => {
  const lines = linesOf({
    variants: [voice],
    timeline: [
      { t: 0, d: 15_360, r: 2 },
      { t: 46_080, d: 7680 },
    ],
  });
  assert.deepEqual(lines.slice(3, -3), [
    '      <SegmentTemplate timescale="15360" startNumber="4" initialization="../voice/init-3.mp4" media="../voice/seg-3-$Number$.m4s">',
    '        <SegmentTimeline>',
    '          <S t="0" d="15360" r="2"/>',
    '          <S t="46080" d="7680"/>',
    '        </SegmentTimeline>',
    '      </SegmentTemplate>',
  ]);
});
