import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { aacTrack, avcTrack, box, madeInit, words } from '../../../test/support/boxes.ts';
import { encodedFilm } from '../../../test/support/film.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { runCommand } from '../../../test/support/process.ts';
import { FormatError } from '../../errors.ts';
import { initOfTrack, samplesOfTrack, type TrackKind, trackOf } from './one-track.ts';

const init = madeInit(avcTrack(), aacTrack());

/** A moof of two tracks, in two runs each, and an mdat in which they take turns; each sample's bytes say whose it is. */
function interleaved(): Buffer {
  const build = (begin: number) => {
    const run = (offset: number, ...sizes: number[]) =>
      box('trun', words(0x201, sizes.length, begin + offset, ...sizes));
    const traf = (id: number, ...runs: Buffer[]) =>
      box('traf', box('tfhd', words(0x020000, id)), box('tfdt', words(0x01000000, 0, 512)), ...runs);
    return box(
      'moof',
      box('mfhd', words(0, 9)),
      traf(1, run(0, 3, 2), run(9, 1)),
      traf(2, run(5, 4), run(10, 2)),
    );
  };
  const moof = build(build(0).length + 8);
  return Buffer.concat([moof, box('mdat', Buffer.from('VVVVVAAAAVAA'))]);
}

test('Of interleaved tracks each gets its own samples, and nothing of the other', () => {
  const bytes = Buffer.concat([interleaved(), interleaved()]);
  for (const [kind, expected] of [
    ['video', 'VVVVVV'],
    ['audio', 'AAAAAA'],
  ] as const) {
    const track = trackOf(init, kind)!;
    const one = samplesOfTrack(bytes, track);
    const mdat = one.indexOf('mdat') + 4;
    assert.equal(one.toString('latin1', mdat, mdat + 6), expected);
    assert.equal(one.length % 2, 0);
    assert.deepEqual(one.subarray(0, one.length / 2), one.subarray(one.length / 2));
    // Taken out of itself, it is the same: every position is right.
    assert.deepEqual(samplesOfTrack(one, track), one);
    const other = trackOf(init, kind === 'video' ? 'audio' : 'video')!;
    assert.equal(samplesOfTrack(one, other).length, 0);
  }
});

test('An init of one track announces no other', () => {
  const track = trackOf(init, 'audio')!;
  const one = initOfTrack(init, track);
  assert.equal(trackOf(one, 'video'), undefined);
  assert.deepEqual(trackOf(one, 'audio'), track);
  assert.deepEqual(initOfTrack(one, track), one);
});

test('What is no CMAF is refused', () => {
  const track = trackOf(init, 'video')!;
  assert.throws(() => samplesOfTrack(Buffer.from('main part 1.0.0;'), track), FormatError);
  assert.throws(() => samplesOfTrack(interleaved().subarray(0, 120), track), FormatError);
  const beyond = box(
    'moof',
    box('mfhd', words(0, 1)),
    box('traf', box('tfhd', words(0x020000, 1)), box('trun', words(0x201, 1, 60, 1000))),
  );
  assert.throws(
    () => samplesOfTrack(Buffer.concat([beyond, box('mdat', Buffer.alloc(8))]), track),
    FormatError,
  );
});

test('FFprobe finds the same packets in the tracks as in the whole', async (t) => {
  const folder = await temporaryFolder(t);
  const film = await encodedFilm(folder, 2);
  const packets = async (name: string, bytes: readonly Buffer[], stream: string) => {
    const path = join(folder, name);
    await writeFile(path, Buffer.concat(bytes));
    const show = ['-select_streams', stream, '-show_entries', 'packet=pts,dts,size,data_hash'];
    const { code, stdout, stderr } = await runCommand('ffprobe', [
      ...['-v', 'error', '-show_data_hash', 'md5', ...show, '-of', 'csv', path],
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    return stdout.trim().split('\n');
  };
  for (const kind of ['video', 'audio'] satisfies TrackKind[]) {
    const track = trackOf(film.init, kind)!;
    const one = [initOfTrack(film.init, track), ...film.parts.map((part) => samplesOfTrack(part, track))];
    const expected = await packets('whole.mp4', [film.init, ...film.parts], kind === 'video' ? 'v' : 'a');
    assert.ok(expected.length > 50);
    assert.deepEqual(await packets(`${kind}.mp4`, one, '0'), expected);
    // An init alone does as well, before segments that stay as they are.
    const seen = [initOfTrack(film.init, track, true), ...film.parts];
    assert.deepEqual(await packets(`${kind}-seen.mp4`, seen, '0'), expected);
  }
});
