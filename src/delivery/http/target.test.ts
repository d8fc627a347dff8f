import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Addresses, parseAddress, pathWithoutToken, type Target, withToken } from './target.ts';

const good: readonly (readonly [string, Target])[] = [
  ['/live/cam/index.m3u8', { kind: 'index', stream: 'cam' }],
  ['/live/cam/manifest.mpd', { kind: 'manifest', stream: 'cam' }],
  ['/live/cam/ws?rendition=a&chunks=1', { kind: 'socket', stream: 'cam' }],
  ['/live/cam/stream.mp4', { kind: 'continuous', stream: 'cam' }],
  ['/live/cam/snapshot.jpg', { kind: 'snapshot', stream: 'cam' }],
  ['/live/c.a-m_1/360p/live.m3u8', { kind: 'live', stream: 'c.a-m_1', rendition: '360p' }],
  ['/live/cam/v/vod.m3u8', { kind: 'vod', stream: 'cam', rendition: 'v' }],
  ['/live/cam/v/init-3.mp4', { kind: 'init', stream: 'cam', rendition: 'v', epoch: 3 }],
  ['/live/cam/v/part-3-117.m4s', { kind: 'part', stream: 'cam', rendition: 'v', epoch: 3, ordinal: 117 }],
  ['/live/cam/v/seg-0-0.m4s', { kind: 'segment', stream: 'cam', rendition: 'v', epoch: 0, media: 0 }],
  [
    '/live/cam/v/video-seg-0-7.m4s',
    { kind: 'segment', stream: 'cam', rendition: 'v', epoch: 0, media: 7, track: 'video' },
  ],
  ['/live/cam/v/audio-init-3.mp4', { kind: 'init', stream: 'cam', rendition: 'v', epoch: 3, track: 'audio' }],
];

test('Each path means one thing', () => {
  for (const [url, target] of good) assert.deepEqual(parseAddress(url)?.target, target, url);
});

test('Whatever else is asked for is not there', () => {
  const bad = [
    '',
    '/live',
    '/live/',
    '/live/cam',
    '/live/cam/',
    '/live/cam/constructor',
    '/live/cam/v/part-3-0117.m4s',
    '/live/cam/v/part-3.m4s',
    '/live/cam/v/part-3--1.m4s',
    '/live/cam/v/part-3-99999999999999999999.m4s',
    '/live/cam/v/init-3.mp4/',
    '/live/cam/v/audio-part-3-117.m4s',
    '/live/cam/v/text-seg-0-7.m4s',
    '/live/cam/v/video-audio-seg-0-7.m4s',
    '/live/cam/v/w/live.m3u8',
    '/live/../etc/passwd',
    '/live/cam/../live.m3u8',
    '/live/cam/%2e%2e/live.m3u8',
    '/live/.cam/index.m3u8',
    '/live/cam/ws/live.m3u8',
    `/live/${'a'.repeat(65)}/index.m3u8`,
    'http://elsewhere/live/cam/index.m3u8',
  ];
  for (const url of bad) assert.equal(parseAddress(url), undefined, url);
});

test('What a playlist depends on: its beginning, its form, its token', () => {
  const key = (query: string) => parseAddress(`/live/cam/v/live.m3u8${query}`)?.playlist.key;
  assert.equal(key('?_HLS_msn=4&_HLS_part=1'), key('?_HLS_msn=5&_HLS_part=0'));
  const different = ['', '?_HLS_msn=4', '?_HLS_msn=4&_HLS_skip=YES', '?from=7', '?token=a', '?token=b'];
  assert.equal(new Set(different.map(key)).size, different.length);
  const { wish } = parseAddress('/live/cam/v/live.m3u8?from=7&_HLS_skip=v2&token=a%2Bb')!.playlist;
  assert.equal(wish.from, 7);
  assert.equal(wish.skip, true);
  assert.equal(wish.uri('part-1-2.m4s'), 'part-1-2.m4s?token=a%2Bb');
});

test('A token is put behind whatever a URI has already', () => {
  assert.equal(withToken('v/live.m3u8?from=3', '1.*.x'), 'v/live.m3u8?from=3&token=1.*.x');
});

test('Addresses are read once, and their number is bounded', () => {
  const addresses = new Addresses(true, 2);
  const first = addresses.read('/live/cam/ws');
  assert.equal(addresses.read('/live/cam/ws'), first);
  for (const name of ['a', 'b', 'c']) addresses.read(`/live/${name}/ws`);
  assert.notEqual(addresses.read('/live/cam/ws'), first);
});

test('a token before the path is read, carried on by what is relative, and not shown', () => {
  const { target, token, playlist } = parseAddress('/t/1.cam.sig/live/cam/v/live.m3u8?_HLS_msn=3') ?? {};
  assert.deepEqual([target?.kind, token, playlist?.blocks], ['live', '1.cam.sig', true]);
  assert.equal(playlist?.wish.uri('seg-1-3.m4s'), 'seg-1-3.m4s');
  assert.equal(parseAddress('/t/1.cam.sig/live/cam/permit')?.target.kind, 'permit');
  assert.equal(pathWithoutToken('/t/1.cam.sig/live/cam/index.m3u8?token=x'), '/t/***/live/cam/index.m3u8');
  assert.equal(pathWithoutToken('/live/cam/index.m3u8?token=x'), '/live/cam/index.m3u8');
  for (const path of ['/t/x', '/t//live/cam/index.m3u8', '/t/x/y/live/cam/index.m3u8', '/t/x/api/streams']) {
    assert.equal(parseAddress(path), undefined, path);
  }
});
