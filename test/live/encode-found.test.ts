/** Inputs that nobody can look at before they come: what FFmpeg finds in them is made good. Real FFmpeg throughout. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/broker/ports.ts';
import { encoderSource } from '../../src/live/publish/source.ts';
import { temporaryFolder } from '../support/folder.ts';
import { encode, joinedFile, makeMedia, pictureOf } from '../support/media.ts';

const taken = new Set<number>();
const port = () => freePort('127.0.0.1', taken);

/** Sends in real time, and connects again whenever that fails, as cameras and OBS do. */
function startSender(t: TestContext, colour: string, args: readonly string[]): void {
  const stop = new AbortController();
  const source = ['-re', '-f', 'lavfi', '-i', colour];
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const sender = spawn('ffmpeg', ['-nostdin', '-v', 'quiet', ...source, ...args], { stdio: 'ignore' });
      const kill = () => sender.kill('SIGKILL');
      stop.signal.addEventListener('abort', kill, { once: true });
      await once(sender, 'exit');
      stop.signal.removeEventListener('abort', kill);
      await delay(100);
    }
  };
  const running = run();
  t.after(() => {
    stop.abort();
    return running;
  });
}

/** Runs a source as a publisher does, until it has given some pictures: why runs ended, and the first picture. */
async function pictureFrom(t: TestContext, input: string) {
  const source = await encoderSource({ kafka: {}, stream: 'cam', input, audioCodec: 'none' });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const ends: string[] = [];
  const bytes: Buffer[] = [];
  while (!stop.signal.aborted) {
    for await (const event of source.run(stop.signal)) {
      if (event.type === 'end') ends.push(event.error?.message ?? '');
      if (event.type === 'init' || event.type === 'chunk') bytes.push(event.bytes);
      if (bytes.length > 3) stop.abort();
    }
    if (!stop.signal.aborted)
      assert.equal(bytes.length, 0, 'nothing has come of a run that was not made for it');
  }
  const file = join(await temporaryFolder(t), 'seen.mp4');
  await writeFile(file, bytes);
  return { ends: ends.slice(0, -1), seen: await pictureOf(file), init: bytes[0] };
}

const quick = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10'];
const hdr = (transfer: string) => `colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`;
const hevc = (transfer: string) => [
  ...['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le'],
  ...['-x265-params', `log-level=none:keyint=10:bframes=0:${hdr(transfer)}`],
];

describe('Inputs that nobody can look at first', { concurrency: true }, () => {
  for (const [size, tags] of [
    ['1280x720', 'bt709'],
    ['720x576', 'smpte170m'],
  ] as const) {
    test(`RTMP without a word of its colours, ${size}: those of its size are written down`, async (t) => {
      const at = await port();
      startSender(t, `color=red:size=${size}:rate=25,format=yuv420p`, [
        ...[...quick, '-f', 'flv', `rtmp://127.0.0.1:${at}/live/a`],
      ]);
      const { ends, seen, init } = await pictureFrom(t, `rtmp://0.0.0.0:${at}/live/a`);
      assert.deepEqual(ends, []);
      assert.equal(seen.colours, `tv ${tags} ${tags} ${tags}`);
      assert.ok(init?.includes('colrnclx'));
    });
  }

  for (const [name, codec, send, listen] of [
    [
      'RTMP',
      [...quick, '-pix_fmt', 'yuv420p10le', '-x264-params', hdr('smpte2084')],
      (at: number) => ['-f', 'flv', `rtmp://127.0.0.1:${at}/live/a`],
      (at: number) => `rtmp://0.0.0.0:${at}/live/a`,
    ],
    [
      'SRT',
      hevc('smpte2084'),
      (at: number) => ['-f', 'mpegts', `srt://127.0.0.1:${at}?mode=caller`],
      (at: number) => `srt://127.0.0.1:${at}?mode=listener`,
    ],
    [
      'UDP',
      hevc('arib-std-b67'),
      (at: number) => ['-f', 'mpegts', `udp://127.0.0.1:${at}?pkt_size=1316`],
      (at: number) => `udp://127.0.0.1:${at}`,
    ],
  ] as const) {
    test(`HDR by ${name} is brought into the range of ordinary screens, by the second run`, async (t) => {
      const at = await port();
      startSender(t, 'color=gray:size=320x180:rate=25', [...codec, ...send(at)]);
      const { ends, seen } = await pictureFrom(t, listen(at));
      assert.equal(
        ends.filter((why) => /^the picture is HDR, which FFmpeg/.test(why)).length,
        1,
        ends.join('; '),
      );
      assert.equal(seen.colours, 'tv bt709 bt709 bt709');
      const [luma = 0] = seen.at(0.5, 0.5);
      assert.ok(luma > 60 && luma < 235, `a grey of ${luma}`);
    });
  }

  test('What is piped cannot be read again: HDR stays as it is, and that is said', async (t) => {
    const folder = await temporaryFolder(t);
    const source = ['-f', 'lavfi', '-i', 'color=gray:size=320x180:rate=25:duration=1'];
    const input = await makeMedia(folder, 'hdr.ts', [...source, ...hevc('smpte2084')]);
    const stdin = Readable.from([await readFile(input)]);
    const run = await encode({ input: '-', inputOptions: ['-f', 'mpegts'], audioCodec: 'none' }, { stdin });
    assert.equal(run.error, undefined);
    assert.match(run.notes.join(), /^the picture is HDR, and is sent as it is: /);
    assert.match((await pictureOf(await joinedFile(folder, run))).colours, /smpte2084/);
  });
});
