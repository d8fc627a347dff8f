import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, madeInit } from '../../../test/support/boxes.ts';
import { requiredBox } from '../mp4/box.ts';
import { readMovie } from '../mp4/movie.ts';
import { isTaken, pushArguments } from './arguments.ts';
import { ProgressLines } from './progress.ts';
import { parseTarget } from './target.ts';

const movie = readMovie(requiredBox(madeInit(avcTrack(), aacTrack()), 'moov'));

test('each target takes its own codecs as they are', () => {
  const table = [
    ['rtmp', 'video', 'avc1.64001f', true],
    ['rtmp', 'video', 'hvc1.1.6.L93.B0', false],
    ['srt', 'video', 'hvc1.1.6.L93.B0', true],
    ['srt', 'video', 'av01.0.04M.08', false],
    ['rtmp', 'audio', 'mp4a.40.2', true],
    ['rtmp', 'audio', 'opus', false],
    ['srt', 'audio', 'ac-3', true],
    ['srt', 'audio', 'flac', false],
  ] as const;
  for (const [target, kind, codec, taken] of table) {
    assert.equal(isTaken(target, { kind, codec }), taken, `${codec} to ${target}`);
  }
});

test('what is taken is copied, anything else encoded, and a key is on no command line', () => {
  const target = parseTarget('rtmp://h/app/SECRETKEY');
  const line = (tracks: typeof movie.tracks) =>
    pushArguments({ target, movie: { tracks }, bitrate: 3_000_000 }).join(' ');
  assert.match(line(movie.tracks), /-c:v copy .*-c:a copy .*-f flv .*-fpre \/dev\/fd\/3 rtmp:\/\/h\/$/);
  assert.ok(!line(movie.tracks).includes('SECRETKEY'));
  const other = movie.tracks.map((track) => ({
    ...track,
    codec: track.kind === 'video' ? 'vp09.00.10.08' : 'opus',
  }));
  assert.match(line(other), /-c:v libx264 .*-b:v 3000000 .*-c:a aac/);
  assert.ok(!line(movie.tracks.filter(({ kind }) => kind === 'video')).includes('0:a'));
});

test('what FFmpeg tells is read in whole blocks, however it comes', () => {
  const lines = new ProgressLines();
  assert.equal(lines.push('frame=1\ntotal_size=N/A\nout_time_us=N/A\nprog'), undefined);
  assert.deepEqual(lines.push('ress=continue\ntotal_si'), { seconds: 0, bytes: 0 });
  assert.deepEqual(lines.push('ze=1234\nout_time_us=1500000\nprogress=end\n'), { seconds: 1.5, bytes: 1234 });
});
