import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBitrate, parseRendition, parseWords, pictureRate } from './values.ts';

test('Bit rates', () => {
  const table: [string, number | undefined][] = [
    ['800000', 800_000],
    ['800k', 800_000],
    ['2.5M', 2_500_000],
    ['2500kbps', 2_500_000],
    ['0', undefined],
    ['-1k', undefined],
    ['fast', undefined],
    ['', undefined],
  ];
  for (const [text, bits] of table) assert.equal(parseBitrate(text), bits, text);
});

test('Renditions', () => {
  const size = { width: 1280, height: 720 };
  assert.deepEqual(parseRendition('1280x720@2500k'), { name: '720p', size, bitrate: 2_500_000 });
  assert.deepEqual(parseRendition('1280x720'), { name: '720p', size });
  assert.deepEqual(parseRendition('hd=1280x720@3M'), { name: 'hd', size, bitrate: 3_000_000 });
  for (const text of [
    '',
    '720p',
    '1280x720@',
    '1280x720@fast',
    '=1280x720',
    'a=b=1280x720',
    '1280x720@1k@2k',
  ])
    assert.equal(parseRendition(text), undefined, text);
});

test('Words as a shell parts them', () => {
  const table: [string, string[] | undefined][] = [
    ['-f rawvideo  -r 30', ['-f', 'rawvideo', '-r', '30']],
    [`-headers "Cookie: a=1" -x 'b c'`, ['-headers', 'Cookie: a=1', '-x', 'b c']],
    [`a"b c"d ""`, ['ab cd', '']],
    ['', []],
    ['"open', undefined],
    [`it's`, undefined],
  ];
  for (const [text, expected] of table) assert.deepEqual(parseWords(text), expected, text);
});

test('Pictures a second', () => {
  assert.equal(pictureRate.parse('30'), 30);
  assert.equal(pictureRate.parse('30000/1001'), 30_000 / 1001);
  for (const text of ['0', '30/0', '-1', 'x', '30/'])
    assert.equal(pictureRate.safeParse(text).success, false, text);
});
