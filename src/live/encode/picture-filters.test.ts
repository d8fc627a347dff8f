import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  codedColours,
  isHdr,
  type ProbedPicture,
  pictureFacts,
  rawPicture,
  shownSize,
} from './picture-facts.ts';
import { type PictureFilterOptions, pictureFilters } from './picture-filters.ts';
import { planEncoding } from './plan.ts';

const hd: ProbedPicture = { width: 1280, height: 720, field_order: 'progressive', pix_fmt: 'yuv420p' };

function factsOf(more: ProbedPicture = {}) {
  const facts = pictureFacts({ ...hd, ...more });
  assert.ok(facts);
  return facts;
}

function filters(probed: ProbedPicture | undefined, more: Partial<PictureFilterOptions> = {}): string {
  return pictureFilters({
    settings: { deinterlace: 'auto', rate: 25 },
    size: undefined,
    facts: probed === undefined ? undefined : factsOf(probed),
    sourceRate: 25,
    mayBeInterlaced: true,
    ...more,
  });
}

test('the shape that is seen, in even pixels, of which none is lost', () => {
  const table: [ProbedPicture, string][] = [
    [{}, '1280x720'],
    [{ width: 720, height: 576, sample_aspect_ratio: '64:45' }, '1024x576'],
    [{ width: 1440, height: 1080, sample_aspect_ratio: '4:3' }, '1920x1080'],
    [{ width: 720, height: 480, sample_aspect_ratio: '8:9' }, '720x540'],
    [{ width: 720, height: 576, sample_aspect_ratio: '0:1' }, '720x576'],
    [{ width: 161, height: 91 }, '160x90'],
    [{ side_data_list: [{ rotation: -90 }] }, '720x1280'],
    [{ side_data_list: [{}, { rotation: 180 }] }, '1280x720'],
    [
      { width: 720, height: 576, sample_aspect_ratio: '16:11', side_data_list: [{ rotation: 90 }] },
      '576x1046',
    ],
  ];
  for (const [probed, expected] of table) {
    const { width, height } = shownSize(factsOf(probed));
    assert.equal(`${width}x${height}`, expected);
  }
  assert.equal(pictureFacts({}), undefined);
});

test('colours: as the input says, else by its lines; RGB by the lines that it gets', () => {
  const table: [ProbedPicture, lines: number, string][] = [
    [{}, 360, 'bt709 bt709 bt709'],
    [{ height: 576 }, 1080, 'smpte170m smpte170m smpte170m'],
    [{ color_space: 'smpte170m' }, 720, 'smpte170m bt709 bt709'],
    [{ color_space: 'reserved', color_primaries: 'unknown' }, 720, 'bt709 bt709 bt709'],
    [{ pix_fmt: 'bgr0' }, 720, 'bt709 bt709 bt709'],
    [{ pix_fmt: 'rgb24' }, 480, 'smpte170m bt709 bt709'],
    [{ pix_fmt: '0rgb', color_space: 'gbr' }, 1080, 'bt709 bt709 bt709'],
    [
      { color_transfer: 'smpte2084', color_space: 'bt2020nc', color_primaries: 'bt2020' },
      480,
      'bt709 bt709 bt709',
    ],
    [
      { color_space: 'bt2020nc', color_primaries: 'bt2020', color_transfer: 'bt2020-10' },
      720,
      'bt2020nc bt2020 bt2020-10',
    ],
  ];
  for (const [probed, lines, expected] of table) {
    const { matrix, primaries, transfer } = codedColours(factsOf(probed), lines);
    assert.equal(`${matrix} ${primaries} ${transfer}`, expected);
  }
  assert.ok(isHdr(factsOf({ color_transfer: 'arib-std-b67' })) && !isHdr(factsOf()));
});

test('fields become pictures where there are any, or as it was asked for', () => {
  const fields = { field_order: 'tb' };
  const on = { settings: { deinterlace: 'on', rate: 25 }, mayBeInterlaced: false } as const;
  const off = { settings: { deinterlace: 'off', rate: 25 } } as const;
  const twice = { settings: { deinterlace: 'auto', rate: 50 } } as const;
  const table: [ProbedPicture | undefined, Partial<PictureFilterOptions>, string][] = [
    [{}, {}, ''],
    [fields, {}, 'bwdif=mode=send_frame:deint=interlaced'],
    [fields, twice, 'bwdif=mode=send_field:deint=interlaced'],
    [fields, off, ''],
    [{}, on, 'bwdif=mode=send_frame:deint=all'],
    [{ field_order: 'unknown' }, {}, 'bwdif=mode=send_frame:deint=interlaced'],
    [{ field_order: 'unknown' }, { mayBeInterlaced: false }, ''],
    [{ field_order: 'unknown', pix_fmt: 'bgr0' }, {}, ''],
    [undefined, {}, 'bwdif=mode=send_frame:deint=interlaced'],
    [undefined, { mayBeInterlaced: false }, ''],
  ];
  for (const [probed, more, expected] of table) {
    const [first = ''] = filters(probed, more).split(',');
    assert.equal(first.startsWith('bwdif') ? first : '', expected);
  }
  // What comes as broadcasts do is looked at; elsewhere it would cost a picture of delay for nothing.
  const argumentsOf = (input: string) => planEncoding({ input }).args.join(' ');
  assert.match(argumentsOf('udp://239.0.0.1:1234'), /bwdif/);
  assert.doesNotMatch(
    argumentsOf('rtmp://0.0.0.0/live/a') + argumentsOf('/dev/video0') + argumentsOf('test'),
    /bwdif/,
  );
});

test('what is not known is left as it is, and bars are only made where a size is known', () => {
  const unknown = filters(undefined, { mayBeInterlaced: false });
  assert.equal(
    unknown,
    'scale=trunc(iw/2)*2:trunc(ih/2)*2:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,setparams=range=tv',
  );
  const sized = filters(undefined, { mayBeInterlaced: false, size: { width: 640, height: 360 } });
  assert.match(sized, /pad=640:360:.*:eval=frame,setsar=1,setparams=range=tv$/);
  // An input that says its matrix may say another one later, and is brought to the first.
  assert.match(filters({ color_space: 'bt470bg' }), /in_color_matrix=auto:out_color_matrix=bt470:/);
  assert.match(filters({ color_space: 'ycgco' }), /in_color_matrix=bt709:.*colorspace=bt709/);
  assert.match(
    filters({ pix_fmt: 'bgr0', color_space: 'gbr' }),
    /in_color_matrix=bt709:out_color_matrix=bt709:/,
  );
});

test('raw pictures say all that there is before the input', () => {
  const raw = rawPicture(['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', '640x360', '-r', '30']);
  assert.deepEqual([raw?.width, raw?.height, raw?.pixelFormat], [640, 360, 'rgb24']);
  assert.equal(rawPicture(['-f', 'rawvideo']), undefined);
  assert.equal(rawPicture(['-f', 'mpegts']), undefined);
});
