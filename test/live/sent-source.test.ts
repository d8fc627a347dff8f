/** What senders give, through real FFmpeg: begun anew with the same bytes where the first plan does not fit them. */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { EncodingOptions } from '../../src/live/encode/options.ts';
import { Plans } from '../../src/live/ingest/desk/plans.ts';
import { Senders } from '../../src/live/ingest/desk/senders.ts';
import { sentSource } from '../../src/live/ingest/desk/sent-source.ts';
import type { MediaEvent } from '../../src/live/media.ts';
import { silentLogger } from '../../src/log.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makeMedia, picture, tone } from '../support/media.ts';

const small = {
  renditions: [{ name: 'main', size: { width: 64, height: 36 } }],
  preset: 'ultrafast',
} as const;

/** All that comes of a file that is sent as a whole. */
async function sent(
  t: TestContext,
  args: readonly string[],
  options: EncodingOptions,
  container: 'flv' | 'mpegts' = 'flv',
) {
  const name = container === 'flv' ? 'sent.flv' : 'sent.ts';
  const file = await makeMedia(await temporaryFolder(t), name, args);
  const senders = new Senders();
  const stop = new AbortController();
  const failures: Error[] = [];
  const over = senders.offer({
    media: { container, bytes: createReadStream(file) },
    silence: 60_000,
    signal: stop.signal,
    isFinal: () => false,
    fail: (reason) => failures.push(reason),
  });
  const plans = new Plans(options, 'ffmpeg');
  const common = { senders, plans, plan: await plans.of(container), logger: silentLogger };
  const source = sentSource({
    ...common,
    ffmpeg: 'ffmpeg',
    stallAfter: 60_000,
    reconnect: 1000,
    standByAfter: 500,
  });
  const events: MediaEvent[] = [];
  for await (const event of source.run(stop.signal)) events.push(event);
  assert.equal(await over, undefined);
  await setImmediate();
  const of = <T extends MediaEvent['type']>(type: T) =>
    events.filter((event): event is Extract<MediaEvent, { type: T }> => event.type === type);
  const seconds = of('chunk').reduce((sum, { duration, timescale }) => sum + duration / timescale, 0);
  return { of, seconds, failures, notes: of('note').map(({ message }) => message) };
}

/** Bytes that do not come. */
async function* never(t: TestContext): AsyncGenerator<Buffer> {
  yield await new Promise<Buffer>((resolve) => t.after(() => resolve(Buffer.alloc(1))));
}

const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15'];
const hdr = [
  '-pix_fmt',
  'yuv420p10le',
  '-color_primaries',
  'bt2020',
  '-color_trc',
  'smpte2084',
  '-colorspace',
  'bt2020nc',
];

describe('What is sent', { concurrency: 3 }, () => {
  test('HDR is brought into the range of ordinary screens, and nothing of it is lost', async (t) => {
    const { of, seconds, failures } = await sent(t, [...picture(1), ...tone(1), ...h264, ...hdr], small);
    assert.deepEqual([of('init').length, of('end')[0]?.error, failures], [1, undefined, []]);
    assert.deepEqual(of('init')[0]?.facts.colours, { primaries: 1, transfer: 1, matrix: 1 });
    assert.ok(seconds >= 0.99, `${seconds} s`);
  });

  test('Sound that cannot be copied is encoded, and that is said', async (t) => {
    const args = [
      ...picture(1),
      ...tone(1),
      ...h264,
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'adpcm_swf',
      '-ar',
      '44100',
    ];
    const { of, seconds, notes } = await sent(t, args, { videoCodec: 'copy', audioCodec: 'copy' });
    assert.match(of('init')[0]?.facts.codecs ?? '', /^avc1\..*,mp4a\.40\.2$/);
    assert.ok(notes.includes('the sound cannot be copied as it comes: it is encoded'), notes.join());
    assert.ok(seconds >= 0.99, `${seconds} s`);
    assert.equal(of('end')[0]?.error, undefined);
  });

  test('AAC of a transport stream is copied, and what else it may carry', async (t) => {
    const copied = { videoCodec: 'copy', audioCodec: 'copy' } as const;
    const codecs = [
      [['-c:a', 'aac'], /^avc1\..*,mp4a\.40\.2$/],
      [['-c:a', 'libopus', '-ac', '2'], /^avc1\..*,[Oo]pus$/],
    ] as const;
    for (const [codec, expected] of codecs) {
      const args = [...picture(1), ...tone(1), ...h264, '-pix_fmt', 'yuv420p', ...codec];
      const { of, seconds, notes, failures } = await sent(t, args, copied, 'mpegts');
      assert.match(of('init')[0]?.facts.codecs ?? '', expected);
      assert.deepEqual([notes, failures], [[], []]);
      assert.ok(seconds >= 0.8, `${seconds} s`);
    }
  });

  test('A picture without sound is sent, and that is said', async (t) => {
    const { of, notes } = await sent(t, [...picture(1), ...h264, '-pix_fmt', 'yuv420p'], small);
    assert.deepEqual(notes, ['no sound is sent: the picture is published without']);
    assert.ok(of('chunk').length > 4);
  });

  test('A stand-by that no encoder can be begun for is told why; so is who looks after the stream', async (t) => {
    const senders = new Senders();
    const stop = new AbortController();
    const failures: Error[] = [];
    const good = new Plans(small, 'ffmpeg');
    const plan = await good.of('flv');
    const common = { senders, plan, logger: silentLogger, ffmpeg: 'ffmpeg', stallAfter: 60_000 };
    const source = sentSource({
      ...common,
      plans: new Plans(small, '/nowhere/ffmpeg'),
      reconnect: 1000,
      standByAfter: 500,
    });
    const offer = (standsBy: boolean) =>
      senders.offer({
        media: { container: 'flv', bytes: never(t) },
        ...{ silence: 60_000, signal: stop.signal, isFinal: () => false, standsBy },
        fail: (reason) => failures.push(reason),
      });
    void offer(false);
    senders.take();
    assert.ok(source.canReturn);
    await offer(true);
    assert.match(failures[0]?.message ?? 'nothing was told', /ffmpeg/);
  });
});
