/** Sound that is not where the picture is: late, absent, changed, ended. Real FFmpeg throughout. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { freePort } from '../../src/broker/ports.ts';
import { encoderSource } from '../../src/live/publish/source.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  checkPromises,
  decode,
  encode,
  joinedFile,
  makeMedia,
  picture,
  secondsOf,
  silences,
  tone,
} from '../support/media.ts';

const fast = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-c:a', 'aac'];

/** A transport stream of pieces, each of which goes on where the one before it ended. */
async function joined(
  folder: string,
  pieces: readonly (readonly string[])[],
  seconds: number,
): Promise<string> {
  const files: Buffer[] = [];
  for (const [index, piece] of pieces.entries()) {
    const args = [...piece, '-output_ts_offset', String(index * seconds), '-f', 'mpegts'];
    files.push(await readFile(await makeMedia(folder, `piece-${index}.ts`, args)));
  }
  const path = join(folder, 'joined.ts');
  await writeFile(path, files);
  return path;
}

test('sound that changes its layout and its rate in mid-stream goes on as long as it lasts', async (t) => {
  const folder = await temporaryFolder(t);
  const sounds = [
    ['-ac', '2', '-ar', '48000'],
    ['-ac', '6', '-ar', '48000'],
    ['-ac', '1', '-ar', '44100'],
  ];
  const pieces = sounds.map((sound) => [
    ...[...picture(2), ...tone(2), '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-c:a', 'ac3'],
    ...sound,
  ]);
  const run = await encode({ input: await joined(folder, pieces, 2) });
  assert.equal(run.error, undefined);
  checkPromises(run);
  const { pictures, sound } = await decode(folder, run);
  assert.ok(Math.abs(pictures - 180) <= 2, `${pictures} pictures`);
  // 6 seconds. FFmpeg's own filling would make 12 of it, and more the longer the stream has run.
  assert.ok(Math.abs(sound - 281) <= 3, `${sound} frames of sound`);
});

test('sound that begins late is silence until then, whatever carries it, and in its place', async (t) => {
  const folder = await temporaryFolder(t);
  const late = ['-itsoffset', '3', ...tone(1)];
  for (const name of ['late.mp4', 'late.mkv', 'late.ts']) {
    const run = await encode({ input: await makeMedia(folder, name, [...picture(4), ...late, ...fast]) });
    assert.equal(run.error, undefined);
    checkPromises(run);
    const { pictures, sound } = await decode(folder, run);
    assert.ok(Math.abs(pictures - 120) <= 2, `${pictures} pictures`);
    assert.ok(Math.abs(sound - 187) <= 2, `${sound} frames of sound`);
    const [first] = await silences(await joinedFile(folder, run));
    assert.ok(first && first.from < 0.05 && Math.abs(first.to - 3) < 0.06, JSON.stringify(first));
  }
});

test('a picture that begins late is there from the beginning, and the sound in its place', async (t) => {
  const folder = await temporaryFolder(t);
  const args = [...tone(3), '-itsoffset', '1.5', ...picture(1.5), '-map', '1:v', '-map', '0:a', ...fast];
  const run = await encode({ input: await makeMedia(folder, 'late.mkv', args) });
  assert.equal(run.error, undefined);
  checkPromises(run);
  const { pictures, sound } = await decode(folder, run);
  assert.ok(Math.abs(pictures - 90) <= 2, `${pictures} pictures`);
  assert.ok(Math.abs(sound - 140) <= 2, `${sound} frames of sound`);
});

test('sound that is announced and never comes does not hold up the picture', async (t) => {
  const folder = await temporaryFolder(t);
  const whole = await readFile(
    await makeMedia(folder, 'whole.ts', [...picture(2), ...tone(0.3), ...fast, '-f', 'mpegts']),
  );
  const packets = Array.from({ length: whole.length / 188 }, (_, at) =>
    whole.subarray(at * 188, at * 188 + 188),
  );
  const input = join(folder, 'announced.ts');
  // FFmpeg gives the sound's packets the identifier 0x101.
  await writeFile(
    input,
    packets.filter((packet) => (packet.readUInt16BE(1) & 0x1fff) !== 0x101),
  );
  await t.test('a file is looked at, to its end', async () => {
    const run = await encode({ input });
    assert.equal(run.error, undefined);
    checkPromises(run);
    assert.deepEqual((({ pictures, sound }) => [pictures, sound])(await decode(folder, run)), [60, 0]);
  });
  await t.test('what comes once is not: silence takes its place, and that is said', async () => {
    // As somebody sends it, piece by piece, and then nothing for a while.
    const bytes = await readFile(input);
    const stdin = new Readable({ read() {} });
    stdin.push(bytes.subarray(0, bytes.length - 188));
    setTimeout(() => stdin.push(null), 2500);
    const run = await encode({ input: '-', inputOptions: ['-f', 'mpegts'] }, { stdin });
    assert.deepEqual(run.notes, [
      'no sound has come from the input for 1 s: silence takes its place until it does',
    ]);
    assert.equal(run.inits.get('main')?.facts.codecs.split(',')[1], 'mp4a.40.2');
    checkPromises(run);
    const { pictures, sound } = await decode(folder, run);
    assert.ok(pictures >= 42, `${pictures} pictures`);
    assert.ok(Math.abs(sound / 46.875 - secondsOf(run)) < 0.1, `${sound} frames of silence`);
  });
});

test('sound that ends early, or has a hole, is filled up; what goes on after the picture is left out', async (t) => {
  const folder = await temporaryFolder(t);
  const hole = ['-af', "aselect='lt(t,0.5)+gt(t,1.5)'"];
  const table: [name: string, args: string[], from: number, to: number][] = [
    ['early.mkv', [...picture(2), ...tone(0.5), ...fast], 0.5, 2],
    ['hole.mkv', [...picture(2), ...tone(2), ...hole, ...fast], 0.5, 1.5],
  ];
  for (const [name, args, from, to] of table) {
    const run = await encode({ input: await makeMedia(folder, name, args), chunks: 'frame' });
    assert.equal(run.error, undefined);
    const { pictures, sound } = await decode(folder, run);
    assert.ok(Math.abs(pictures - 60) <= 1, `${pictures} pictures in ${name}`);
    assert.ok(Math.abs(sound - 94) <= 2, `${sound} frames of sound in ${name}`);
    const [found] = await silences(await joinedFile(folder, run));
    assert.ok(
      found && Math.abs(found.from - from) < 0.08 && Math.abs(found.to - to) < 0.08,
      JSON.stringify(found),
    );
  }
});

test('a file is read to its end also where its sound goes on alone, in the middle and behind the picture', async (t) => {
  const folder = await temporaryFolder(t);
  const shown = ['-vf', "select='lt(t,1)+gt(t,4)'", '-fps_mode', 'vfr'];
  const table: [name: string, args: string[], pictures: number][] = [
    ['tail.mkv', [...picture(1), ...tone(4), ...fast], 30],
    ['still.mkv', [...picture(5), ...tone(5), ...shown, ...fast], 150],
  ];
  // Each takes as long as it lasts.
  const read = table.map(async ([name, args, expected]) => {
    const input = await makeMedia(folder, name, args);
    const run = await encode({ input, realTime: true }, { stallAfter: 1500 });
    assert.equal(run.error, undefined);
    const { pictures, sound } = await decode(folder, run);
    assert.ok(Math.abs(pictures - expected) <= 1, `${name}: ${pictures} pictures`);
    assert.ok(Math.abs(sound / 46.875 - pictures / 30) < 0.1, `${sound} frames of sound`);
  });
  await Promise.all(read);
});

test('a copied picture that begins before its time, with pictures in another order, has its sound in its place', async (t) => {
  const folder = await temporaryFolder(t);
  const reordered = ['-c:v', 'libx264', '-bf', '2', '-g', '30', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  const early = ['-avoid_negative_ts', 'disabled', '-output_ts_offset', '-0.1'];
  const quiet = ['-af', "volume=enable='lt(t,1)':volume=0"];
  const input = await makeMedia(folder, 'early.mp4', [
    ...[...picture(3), ...tone(3), ...quiet, ...reordered, ...early],
  ]);
  for (const audioCodec of ['copy', 'aac']) {
    const run = await encode({ input, videoCodec: 'copy', audioCodec });
    assert.equal(run.error, undefined);
    assert.equal(run.chunks.get('main')?.[0]?.time, 0);
    assert.equal((await decode(folder, run)).pictures, 90);
    const [silence] = await silences(await joinedFile(folder, run));
    assert.ok(Math.abs((silence?.to ?? 0) - 1) < 0.05, `sound from ${silence?.to} s on`);
  }
});

test('FLAC and Opus, encoded and copied, with holes filled', async (t) => {
  const folder = await temporaryFolder(t);
  const late = ['-filter_complex', '[1:a]asetpts=PTS+0.5/TB[late]', '-map', '0:v', '-map', '[late]'];
  const args = [...picture(2), ...tone(1), ...late, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30'];
  const table: [codec: string, copy: boolean, named: RegExp][] = [
    ['flac', false, /,flac$/],
    ['flac', true, /,flac$/],
    ['opus', false, /,opus$/],
    ['libopus', true, /,opus$/],
  ];
  for (const [codec, copy, named] of table) {
    const sound = ['-c:a', copy ? codec : 'pcm_s24le', '-ac', '2', '-pix_fmt', 'yuv420p'];
    const input = await makeMedia(folder, `${codec}-${copy}.mkv`, [...args, ...sound]);
    const copied = { videoCodec: 'copy', audioCodec: 'copy' };
    const run = await encode({ input, ...(copy ? copied : { audioCodec: codec }) });
    assert.equal(run.error, undefined, `${codec} ${copy}`);
    assert.match(run.inits.get('main')?.facts.codecs ?? '', named);
    const { pictures, sound: frames } = await decode(folder, run);
    assert.ok(pictures === 60 && frames > 10, `${pictures} pictures, ${frames} frames of sound`);
  }
});

test('a file that begins again and again keeps its copied sound, and what cannot be copied so is encoded', async (t) => {
  const folder = await temporaryFolder(t);
  const args = [...picture(2), ...tone(2), ...fast, '-g', '30', '-pix_fmt', 'yuv420p'];
  const table: [name: string, notes: number][] = [
    ['film.mp4', 0],
    ['film.ts', 1],
  ];
  for (const [name, notes] of table) {
    const input = await makeMedia(folder, name, args);
    const run = await encode({
      ...{ input, videoCodec: 'copy', audioCodec: 'copy', loop: true },
      inputOptions: ['-t', '7'],
    });
    assert.equal(run.error, undefined);
    assert.equal(run.plan.notes.length, notes, run.plan.notes.join());
    const { pictures, sound } = await decode(folder, run);
    assert.ok(pictures > 190, `${pictures} pictures`);
    assert.ok(Math.abs(sound / 46.875 - pictures / 30) < 0.3, `${name}: ${sound} frames of sound`);
  }
});

test('copied sound keeps its bytes and its times, beside a copied picture that is reordered', async (t) => {
  const folder = await temporaryFolder(t);
  const args = [
    ...picture(2),
    '-itsoffset',
    '1',
    ...tone(1),
    '-c:v',
    'libx264',
    '-bf',
    '2',
    '-g',
    '30',
    '-c:a',
    'aac',
  ];
  const input = await makeMedia(folder, 'film.mp4', args);
  const run = await encode({ input, videoCodec: 'copy', audioCodec: 'copy' });
  assert.equal(run.error, undefined);
  const { pictures, sound } = await decode(folder, run);
  assert.equal(pictures, 60);
  assert.ok(Math.abs(sound - 47) <= 2, `${sound} frames of sound`);
});

test('sound of what comes once that cannot be copied is encoded from the next run on', async (t) => {
  const port = await freePort('127.0.0.1', new Set());
  const input = `udp://127.0.0.1:${port}`;
  // AAC in a transport stream has heads that MP4 does not have, and FFmpeg cannot look before it comes. A keyframe within what it looks at.
  const often = [...fast, '-g', '10'];
  const args = ['-v', 'quiet', '-re', ...picture(60), ...tone(60), ...often, '-f', 'mpegts', input];
  const sender = spawn('ffmpeg', args, { stdio: 'ignore' });
  t.after(() => sender.kill('SIGKILL'));
  const copied = { videoCodec: 'copy', audioCodec: 'copy' };
  const source = await encoderSource({ kafka: {}, stream: 'cam', input, ...copied });
  const stop = new AbortController();
  const first = await Array.fromAsync(source.run(stop.signal));
  assert.deepEqual(
    first.slice(-2).map(({ type }) => type),
    ['note', 'end'],
  );
  for await (const event of source.run(stop.signal)) {
    if (event.type === 'init') assert.match(event.facts.codecs, /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
    if (event.type === 'chunk') stop.abort();
    if (event.type === 'end') assert.equal(event.error, undefined);
  }
  assert.ok(stop.signal.aborted, 'pictures came');
});

test('a picture that FFmpeg has found nothing of is no reason to encode the sound', async (t) => {
  const ffmpeg = join(await temporaryFolder(t), 'ffmpeg');
  const said = 'dimensions not set; Could not write header for output file #0 (incorrect codec parameters ?)';
  await writeFile(ffmpeg, `#!/bin/sh\necho "${said}" >&2; exit 1\n`, { mode: 0o755 });
  const copied = { videoCodec: 'copy', audioCodec: 'copy' };
  const input = 'udp://127.0.0.1:9';
  const source = await encoderSource({ kafka: {}, stream: 'cam', input, ffmpeg, ...copied });
  const events = await Array.fromAsync(source.run(new AbortController().signal));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['end'],
  );
});
