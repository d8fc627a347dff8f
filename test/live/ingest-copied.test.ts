/** A sender turns its telephone: its picture has another size from here on, said in RTMP's head alone, while pictures are copied. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { addKey, startSender } from '../support/senders.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice, type JsonEvent } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

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

test('A picture that changes its size while it is copied goes on when it is sent anew, and all of it can be seen', async (t) => {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  const [wide, high] = await Promise.all([
    filmed(folder, '160x90', 'high', 0),
    filmed(folder, '90x160', 'main', 2),
  ]);
  const turned = join(folder, 'turned.flv');
  // Behind the head of the file, and the size of the tag before the first.
  await writeFile(turned, Buffer.concat([await readFile(wide), (await readFile(high)).subarray(13)]));
  const topic = uniqueTopic('turned');
  const common = ['--bootstrap-servers', bootstrapServers, '--topic', topic];
  const run = followSluice([
    ...['ingest', ...common, '--host', '127.0.0.1', '--rtmp-port', '0', '--video-codec', 'copy'],
    ...['--rate', '30', '--segment-target', '1s'],
  ]);
  t.after(() => run.kill());
  const of = (matches: (event: JsonEvent) => boolean, what: string) =>
    run.event((event) => event.stream === 'cam' && matches(event), what);
  const { port } = await run.event(({ type }) => type === 'listening', 'it listens');
  const url = `rtmp://127.0.0.1:${port}/live/cam?key=${await addKey(bootstrapServers, topic, 'cam')}`;
  const first = startSender(t, url, ['-i', turned, '-c', 'copy']);
  const isDismissed = ({ type, state }: JsonEvent) => type === 'sender' && state === 'dismissed';
  const gone = await of(isDismissed, 'it is sent away');
  assert.match(String(gone.message), /the picture of stream "cam" is made otherwise/);
  await first.ended;
  const second = startSender(t, url, ['-i', high, '-c', 'copy']);
  await of(({ type, epoch }) => type === 'segment' && epoch === 2, 'it goes on');
  await second.ended;
  await of(({ type }) => type === 'ended', 'the programme has ended');
  run.child.kill('SIGTERM');
  await run.ended;
  const place = join(folder, 'place');
  const exported = await runSluice(['live', 'export', ...common, '--stream', 'cam', '--to', place]);
  assert.equal(exported.code, 0, exported.stderr);
  const names = (await readdir(join(place, 'main'))).sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  for (const [epoch, size] of [
    [1, '160,90'],
    [2, '90,160'],
  ] as const) {
    const parts = names.filter((name) => new RegExp(`^(?:init-${epoch}[.]|seg-${epoch}-)`).test(name));
    const film = join(folder, `${epoch}.mp4`);
    await writeFile(
      film,
      Buffer.concat(await Promise.all(parts.map((name) => readFile(join(place, 'main', name))))),
    );
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
    const sizes = new Set(
      stdout
        .split('\n')
        .filter((line) => /^\d/.test(line))
        .map((line) => line.replace(/,$/, '')),
    );
    assert.deepEqual([...sizes], [size]);
  }
});
