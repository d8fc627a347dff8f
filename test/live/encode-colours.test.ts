/** What copied pictures say of their colours, and how they are announced. Real FFmpeg throughout. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifest } from '../../src/delivery/dash/manifest.ts';
import { multivariantPlaylist } from '../../src/delivery/hls/multivariant.ts';
import { requiredBox } from '../../src/live/mp4/box.ts';
import { readMovie } from '../../src/live/mp4/movie.ts';
import type { RenditionFacts } from '../../src/records/live-record.ts';
import { temporaryFolder } from '../support/folder.ts';
import { encode, makeMedia, picture } from '../support/media.ts';

const copied = { videoCodec: 'copy', audioCodec: 'none' };
const ten = ['-pix_fmt', 'yuv420p10le'];
const x265 = (params: string) => [
  ...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `log-level=none:keyint=15:${params}`],
];
const x264 = (params: string) => [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15', '-x264-params', params],
];
const bt2020 = 'colorprim=bt2020:colormatrix=bt2020nc';

function announced(facts: RenditionFacts): { readonly range: string | undefined; readonly dash: string } {
  const variants = [{ name: 'main', facts }];
  const uri = (text: string) => text;
  const playlist = multivariantPlaylist({ variants, over: false, uri });
  const segment = {
    ...{ epoch: 1, media: 0, captured: 1_790_000_000_000_000, timescale: 1000, time: 0, duration: 2000 },
    ...{ gap: false, discontinuity: false, discontinuities: 0, ordinal: 0 },
  };
  const targets = { part: 200_000, segment: 2_000_000 };
  const text = manifest({ targets, variants, segments: [segment], over: false, uri });
  const named = text.matchAll(/<SupplementalProperty schemeIdUri="urn:mpeg:mpegB:cicp:(\w+)" value="(\d+)"/g);
  return {
    range: /VIDEO-RANGE=(\w+)/.exec(playlist)?.[1],
    dash: [...named].map(([, name, value]) => `${name} ${value}`).join(', '),
  };
}

test('Copied HDR is announced as PQ or HLG, by HLS and by DASH, and ordinary pictures as SDR', async (t) => {
  const folder = await temporaryFolder(t);
  const table = [
    ['pq.mp4', [...ten, ...x265(`${bt2020}:transfer=smpte2084`)], 'PQ', [9, 16, 9]],
    ['hlg.ts', [...ten, ...x265(`${bt2020}:transfer=arib-std-b67`)], 'HLG', [9, 18, 9]],
    ['hd.mkv', x264('colorprim=bt709:transfer=bt709:colormatrix=bt709'), 'SDR', [1, 1, 1]],
    ['silent.ts', x264('bframes=0'), undefined, undefined],
  ] as const;
  for (const [name, args, range, codes] of table) {
    const input = await makeMedia(folder, name, [...picture(1), ...args]);
    const run = await encode({ input, ...copied });
    assert.equal(run.error, undefined);
    const facts = run.inits.get('main')?.facts;
    assert.ok(facts);
    const found = announced(facts);
    assert.equal(found.range, range, name);
    const names = ['ColourPrimaries', 'TransferCharacteristics', 'MatrixCoefficients'];
    assert.equal(found.dash, (codes ?? []).map((code, index) => `${names[index]} ${code}`).join(', '));
  }
});

test('Where the container says nothing of colours, the parameter sets of the picture are read, whatever stands before', async (t) => {
  const folder = await temporaryFolder(t);
  const told = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
  const fields = 'interlaced=1:';
  const table: [name: string, args: string[]][] = [
    ['reordered', [...ten, ...x265(`${told}:bframes=4:b-pyramid=1:ref=4`)]],
    ['lists', [...ten, ...x265(`${told}:scaling-list=default`)]],
    ['lossless', [...ten, ...x265(`${told}:lossless=1:temporal-layers=1`)]],
    ['full-colour', ['-pix_fmt', 'yuv444p10le', ...x265(told)]],
    ['cropped', ['-vf', 'scale=162:92', ...ten, ...x265(told)]],
    ['fields', ['-vf', 'scale=160:96', '-pix_fmt', 'yuv420p', ...x264(`${fields}${told}`)]],
    ['matrices', [...ten, ...x264(`8x8dct=1:cqm=jvt:${told}`)]],
    ['shaped', ['-vf', 'scale=162:92,setsar=64/45', '-pix_fmt', 'yuv420p', ...x264(told)]],
  ];
  for (const [name, args] of table) {
    const input = await makeMedia(folder, `${name}.mp4`, [...picture(0.5), ...args]);
    const run = await encode({ input, ...copied });
    const init = Buffer.from(run.inits.get('main')?.bytes ?? []);
    const at = init.indexOf('colr');
    if (at > 0) init.write('free', at, 'latin1');
    const { colours } = readMovie(requiredBox(init, 'moov')).main;
    assert.deepEqual(colours, { primaries: 9, transfer: 16, matrix: 9 }, name);
  }
});
