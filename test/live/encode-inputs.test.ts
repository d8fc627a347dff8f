/** Whatever is given to the encoder: a correct stream comes out, or an error that says what is wrong. Real FFmpeg throughout. */
import assert from 'node:assert/strict';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { checkPromises, decode, encode, makeMedia, picture, secondsOf, tone } from '../support/media.ts';

const fast = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];

test('picture and sound', async (t) => {
  const folder = await temporaryFolder(t);
  const input = await makeMedia(folder, 'film.mp4', [...picture(3), ...tone(3), ...fast]);
  const run = await encode({ input });
  assert.equal(run.error, undefined);
  checkPromises(run);
  const facts = run.inits.get('main')?.facts;
  assert.match(facts?.codecs ?? '', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
  assert.deepEqual([facts?.width, facts?.height, facts?.frameRate], [160, 90, 30_000]);
  const decoded = await decode(folder, run);
  assert.deepEqual([decoded.pictures, decoded.size], [90, '160x90']);
  assert.ok(Math.abs(decoded.sound - 141) <= 3, `${decoded.sound} frames of sound`);
});

test('odd inputs give a correct stream', async (t) => {
  const folder = await temporaryFolder(t);
  const some = (parts: string[]) => [...picture(2), ...parts];
  const every = ['-vf', "select='not(mod(n,3))+gt(n,30)'", '-fps_mode', 'vfr'];
  const ten = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-bf',
    '3',
    '-pix_fmt',
    'yuv420p10le',
    '-c:a',
    'aac',
  ];
  const odd = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=161x91:rate=25:duration=2',
    '-c:v',
    'mjpeg',
    '-pix_fmt',
    'yuvj444p',
  ];
  const table: [name: string, args: string[], pictures: number, size: string][] = [
    ['no-sound.mp4', some(fast), 60, '160x90'],
    ['variable.mkv', some([...tone(2), ...every, ...fast]), 60, '160x90'],
    ['reordered-10-bit.mkv', some([...tone(2), ...ten]), 60, '160x90'],
    ['sound-ends-early.mp4', some([...tone(1), ...fast]), 60, '160x90'],
    ['picture-ends-early.mp4', [...picture(1), ...tone(2), ...fast], 30, '160x90'],
    ['odd-pixels.mkv', odd, 50, '160x90'],
    ['film-rate.mp4', [...picture(2, '160x90', 24), ...fast], 48, '160x90'],
    ['two-second-start.mkv', some([...tone(2), '-output_ts_offset', '2', ...fast]), 60, '160x90'],
  ];
  for (const [name, args, pictures, size] of table) {
    await t.test(name, async () => {
      const run = await encode({ input: await makeMedia(folder, name, args) });
      assert.equal(run.error, undefined);
      checkPromises(run);
      const decoded = await decode(folder, run);
      assert.ok(Math.abs(decoded.pictures - pictures) <= 1, `${decoded.pictures} pictures`);
      assert.equal(decoded.size, size);
    });
  }
});

test('sound alone: parts of whole frames, none above the target', async (t) => {
  const folder = await temporaryFolder(t);
  const run = await encode({ input: await makeMedia(folder, 'song.m4a', [...tone(2), '-c:a', 'aac']) });
  assert.equal(run.error, undefined);
  assert.deepEqual(run.inits.get('main')?.facts.codecs, 'mp4a.40.2');
  const chunks = run.chunks.get('main') ?? [];
  assert.ok(chunks.slice(0, -1).every(({ keyframe, duration }) => keyframe && duration === 7 * 1024));
  assert.equal((await decode(folder, run)).pictures, 0);
});

test('another size in the middle of the input is brought to the first', async (t) => {
  const folder = await temporaryFolder(t);
  const transport = ['-c:v', 'libx264', '-preset', 'ultrafast', '-f', 'mpegts'];
  const first = await makeMedia(folder, 'a.ts', [...picture(1), ...transport]);
  const second = await makeMedia(folder, 'b.ts', [
    ...picture(1, '320x240'),
    '-output_ts_offset',
    '1',
    ...transport,
  ]);
  const input = join(folder, 'both.ts');
  await writeFile(input, [await readFile(first), await readFile(second)]);
  const run = await encode({ input });
  assert.equal(run.error, undefined);
  checkPromises(run);
  const { pictures, size } = await decode(folder, run);
  assert.equal(size, '160x90');
  assert.ok(pictures >= 58 && pictures <= 62, `${pictures} pictures`);
});

test('damaged files: what can be read is a correct stream, the rest is an error that says so', async (t) => {
  const folder = await temporaryFolder(t);
  const input = await makeMedia(folder, 'film.mkv', [...picture(2), ...tone(2), ...fast]);
  const whole = await readFile(input);
  await t.test('cut off', async () => {
    await truncate(input, Math.floor(whole.length / 2));
    const run = await encode({ input });
    checkPromises(run);
    const { pictures } = await decode(folder, run);
    assert.ok(pictures > 20 && pictures < 50, `${pictures} pictures`);
  });
  await t.test('overwritten', async () => {
    const file = await open(input, 'r+');
    await file.write(whole);
    for (const share of [0.3, 0.5, 0.7])
      await file.write(Buffer.alloc(200, 0x5a), 0, 200, Math.floor(whole.length * share));
    await file.close();
    const run = await encode({ input });
    checkPromises(run);
    await decode(folder, run);
  });
  await t.test('an MP4 whose end, with all that explains it, is missing', async () => {
    const film = await makeMedia(folder, 'film.mp4', [...picture(2), ...fast]);
    await truncate(film, 5000);
    await assert.rejects(encode({ input: film }), /FFmpeg cannot read the input: .*film\.mp4/);
  });
});

test('what is no media is refused with the reason', async (t) => {
  const folder = await temporaryFolder(t);
  const noise = join(folder, 'noise.bin');
  await writeFile(noise, Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 251)));
  await assert.rejects(encode({ input: noise }), /cannot read the input/);
  await assert.rejects(encode({ input: join(folder, 'absent.mp4') }), /No such file/);
  await assert.rejects(encode({ input: folder }), /cannot read the input/);
  const empty = join(folder, 'empty.mp4');
  await writeFile(empty, '');
  await assert.rejects(encode({ input: empty }), /cannot read the input/);
});

test('standard input: nothing, noise, sound alone, raw pictures', async (t) => {
  const folder = await temporaryFolder(t);
  const fed = (bytes: Buffer, inputOptions: string[] = []) =>
    encode({ input: '-', inputOptions }, { stdin: Readable.from(bytes.length === 0 ? [] : [bytes]) });
  assert.match(String((await fed(Buffer.alloc(0))).error), /FFmpeg ended with exit code \d+: .*pipe:0/);
  assert.match(String((await fed(Buffer.alloc(50_000, 'noise '))).error), /FFmpeg ended with exit code/);
  const song = await makeMedia(folder, 'song.aac', [...tone(1), '-c:a', 'aac']);
  const silent = await fed(await readFile(song));
  assert.match(String(silent.error), /the input has no picture: .*"none"/);
  const size = 160 * 90 * 1.5;
  const pictures = Buffer.concat(Array.from({ length: 45 }, (_, index) => Buffer.alloc(size, index * 5)));
  const run = await fed(pictures, ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '160x90', '-r', '30']);
  assert.equal(run.error, undefined);
  checkPromises(run);
  assert.equal((await decode(folder, run)).pictures, 45);
});

test('two renditions begin and end every part at the same times', async (t) => {
  const folder = await temporaryFolder(t);
  const input = await makeMedia(folder, 'film.mp4', [...picture(3, '320x180'), ...tone(3), ...fast]);
  for (const chunks of ['part', 'frame'] as const) {
    const renditions = [
      { name: 'high', size: { width: 320, height: 180 } },
      { name: 'low', size: { width: 160, height: 90 } },
    ];
    const run = await encode({ input, renditions, chunks, keyframeInterval: 1000 });
    assert.equal(run.error, undefined);
    checkPromises(run);
    const [high, low] = ['high', 'low'].map((name) =>
      run.chunks
        .get(name)
        ?.map(({ time, duration, timescale, keyframe }) => [time, duration, timescale, keyframe]),
    );
    assert.deepEqual(high, low);
    assert.equal(high?.length, chunks === 'part' ? 18 : 90);
    assert.equal(high?.filter(([, , , keyframe]) => keyframe).length, 3);
    assert.equal((await decode(folder, run, 'low')).size, '160x90');
    assert.equal((await decode(folder, run, 'high')).pictures, 90);
  }
});

test('a picture is copied only where its keyframes and its codec allow it', async (t) => {
  const folder = await temporaryFolder(t);
  const keyframes = [
    '-g',
    '30',
    '-sc_threshold',
    '0',
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-bf',
    '0',
    '-c:a',
    'aac',
  ];
  const good = await makeMedia(folder, 'good.mp4', [...picture(3), ...tone(3), ...keyframes]);
  const copied = { videoCodec: 'copy', audioCodec: 'copy' };
  const run = await encode({ input: good, ...copied });
  assert.equal(run.error, undefined);
  const decoded = await decode(folder, run);
  assert.equal(decoded.pictures, 90);
  assert.ok(Math.abs(secondsOf(run) - 3) < 0.05, `${secondsOf(run)} seconds`);
  assert.deepEqual(
    run.chunks.get('main')?.flatMap(({ keyframe, time, timescale }) => (keyframe ? [time / timescale] : [])),
    [0, 1, 2],
  );
  const far = await makeMedia(folder, 'far.mp4', [...picture(6), ...fast, '-g', '120']);
  await assert.rejects(encode({ input: far, ...copied }), /keyframes up to 4000 ms apart/);
  const other = await makeMedia(folder, 'other.mkv', [...picture(1), '-c:v', 'mpeg4']);
  await assert.rejects(encode({ input: other, ...copied }), /is mpeg4, which cannot be copied/);
  // Nobody can look at standard input before it comes.
  const late = await encode(
    { input: '-', inputOptions: ['-f', 'mpegts'], ...copied, segmentTarget: 1000 },
    {
      stdin: Readable.from([
        await readFile(await makeMedia(folder, 'far.ts', [...picture(5), ...fast, '-g', '120'])),
      ]),
    },
  );
  assert.match(String(late.error), /no keyframe for .* s, too long for segments of 1 s/);
});

test('copied HEVC is called hvc1, whatever its file called it', async (t) => {
  const folder = await temporaryFolder(t);
  const hevc = [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'keyint=30:bframes=0:log-level=none',
  ];
  const made = [...picture(2), ...tone(2), ...hevc, '-c:a', 'aac'];
  for (const [name, tag] of [
    ['film.mp4', ['-tag:v', 'hev1']],
    ['film.ts', []],
    ['apple.mp4', ['-tag:v', 'hvc1']],
  ] as const) {
    const input = await makeMedia(folder, name, [...made, ...tag]);
    const run = await encode({ input, videoCodec: 'copy', audioCodec: 'copy' });
    assert.equal(run.error, undefined);
    const init = run.inits.get('main');
    assert.match(init?.facts.codecs ?? '', /^hvc1\.1\.6\.L\d+\.[0-9A-F.]+,mp4a\.40\.2$/, name);
    assert.ok(init?.bytes.includes('hvc1') && !init.bytes.includes('hev1'));
    assert.equal((await decode(folder, run)).pictures, 60);
  }
});

test('a sender whose times leap by an hour ends the run, instead of an hour of one picture', async (t) => {
  const folder = await temporaryFolder(t);
  const flash = [...fast, '-g', '30', '-pix_fmt', 'yuv420p'];
  const before = await makeMedia(folder, 'before.flv', [...picture(2), ...tone(2), ...flash]);
  const later = ['-output_ts_offset', '3600'];
  const behind = await makeMedia(folder, 'behind.flv', [...picture(2), ...tone(2), ...flash, ...later]);
  // Behind the head of the file and the length of nothing.
  const sent = Buffer.concat([await readFile(before), (await readFile(behind)).subarray(13)]);
  const sender = createServer((socket) => socket.on('error', () => {}).end(sent));
  await new Promise<void>((resolve) => sender.listen(0, '127.0.0.1', resolve));
  t.after(() => sender.close());
  const { port } = sender.address() as AddressInfo;
  const run = await encode({ input: `tcp://127.0.0.1:${port}`, inputOptions: ['-f', 'flv'] });
  assert.match(run.error?.message ?? '', /times of the input have leapt/);
  assert.ok(secondsOf(run) >= 2 && secondsOf(run) < 60, `${secondsOf(run)} s`);
});

test('options of FFmpeg that ffprobe does not have do not hinder the look at a file', async (t) => {
  const folder = await temporaryFolder(t);
  const input = await makeMedia(folder, 'film.mp4', [...picture(4, '160x90', 24), ...tone(4), ...fast]);
  const run = await encode({ input, inputOptions: ['-noautorotate', '-ss', '1', '-t', '2'] });
  assert.equal(run.error, undefined);
  assert.equal(run.plan.timing.rate, 24);
  assert.equal((await decode(folder, run)).pictures, 48);
});
