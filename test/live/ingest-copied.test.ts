/** A sender turns its telephone while pictures are copied: real FFmpeg, the server of RTMP and the desk, and a publisher that keeps what it is given. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConnectionLimit } from '../../src/live/ingest/connection-limit.ts';
import { IngestDesk } from '../../src/live/ingest/desk/desk.ts';
import { Holders } from '../../src/live/ingest/desk/holders.ts';
import { openRtmpServer } from '../../src/live/ingest/rtmp/server.ts';
import { silentLogger as logger } from '../../src/log.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { startSender } from '../support/senders.ts';

/** Two seconds with a keyframe each half, whose parameters stand in the head and nowhere else, as FLV has it. */
async function filmed(folder: string, size: string, profile: string, from: number): Promise<string> {
  const path = join(folder, `${size}.flv`);
  const picture = [
    '-c:v',
    'libx264',
    '-profile:v',
    profile,
    '-flags',
    '+global_header',
    '-g',
    '15',
    '-bf',
    '0',
  ];
  const { code, stderr } = await runCommand('ffmpeg', [
    ...[
      '-nostdin',
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${size}:rate=30:duration=2`,
      ...picture,
    ],
    ...['-preset', 'veryfast', '-output_ts_offset', String(from), '-f', 'flv', path],
  ]);
  assert.equal(code, 0, stderr);
  return path;
}

test('What is copied has one head from its beginning to its end; who changes it is sent away, and begins anew', async (t) => {
  const folder = await temporaryFolder(t);
  const [wide, high] = [await filmed(folder, '160x90', 'high', 0), await filmed(folder, '90x160', 'main', 2)];
  const turned = join(folder, 'turned.flv');
  // Behind the head of the file, and the size of the tag before the first.
  await writeFile(turned, Buffer.concat([await readFile(wide), (await readFile(high)).subarray(13)]));
  const runs: Buffer[] = [];
  const told: string[] = [];
  const desk = new IngestDesk({
    admit: () => ({ isGood: true }),
    away: () => undefined,
    holders: new Holders(),
    second: 'refuse',
    maxStreams: 1,
    silence: 60_000,
    copies: { picture: true, sound: true },
    publish: async ({ senders, signal }) => {
      for (;;) {
        const sending = senders.take();
        if (sending === undefined) return;
        const slices: Buffer[] = [];
        for await (const slice of sending.bytes.read()) slices.push(slice);
        runs.push(Buffer.concat(slices));
        const isLost = sending.bytes.loss !== undefined && !sending.isFinal;
        sending.done();
        if (!isLost || signal.aborted || !(await senders.wait(60_000, signal))) return;
      }
    },
    onEvent: (event) => {
      if (event.type === 'sender') told.push(`${event.state}: ${event.message}`);
    },
  });
  const limit = new ConnectionLimit(10, 10, logger);
  const server = await openRtmpServer({ desk, host: '127.0.0.1', port: 0, limit, logger });
  t.after(() => server.close());
  const url = `rtmp://127.0.0.1:${server.port}/live/cam`;
  await startSender(t, url, ['-i', turned, '-c', 'copy']).ended;
  await startSender(t, url, ['-i', high, '-c', 'copy']).ended;
  await desk.close();
  assert.match(told.join('\n'), /dismissed: the picture of stream "cam" is made otherwise/);
  assert.equal(runs.length, 2);
  for (const [index, size] of ['160,90', '90,160'].entries()) {
    const film = join(folder, `${index}.mp4`);
    await writeFile(`${film}.flv`, runs[index] ?? '');
    const copied = await runCommand('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-i',
      `${film}.flv`,
      '-c',
      'copy',
      film,
    ]);
    assert.equal(copied.code, 0, copied.stderr);
    const { stdout, stderr } = await runCommand('ffprobe', [
      ...[
        '-v',
        'error',
        '-select_streams',
        'v',
        '-show_entries',
        'frame=width,height',
        '-of',
        'csv=p=0',
        film,
      ],
    ]);
    // A picture that is read by the head of another is one that FFmpeg complains of.
    assert.equal(stderr, '');
    const sizes = stdout.split('\n').flatMap((line) => /^\d+,\d+/.exec(line)?.[0] ?? []);
    assert.deepEqual([...new Set(sizes)], [size]);
  }
});
