/** Viewers as they are: a real publisher, real Kafka, and servers as users run them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { testBroker } from '../support/broker.ts';
import { get } from '../support/delivery.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { type FollowedSluice, followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

/** A topic, a publisher on it, and servers that do not outlive the test. */
async function ground(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const start = (...args: readonly string[]): FollowedSluice => {
    const run = followSluice([...args, '--bootstrap-servers', bootstrapServers, '--topic', topic]);
    t.after(() => run.kill());
    return run;
  };
  const publish = (...args: readonly string[]) =>
    start(
      ...['live', 'publish', '--stream', 'cam', '--input', 'test', '--size', '160x90', '--bitrate', '100k'],
      ...['--preset', 'ultrafast', '--segment-target', '1s', ...args],
    );
  const serve = async (...args: readonly string[]) => {
    const run = start('serve', '--port', '0', ...args);
    const serving = await run.event(({ type }) => type === 'serving', 'the server');
    return { run, url: String(serving.url) };
  };
  const isLive = ({ run }: { run: FollowedSluice }) =>
    run.event(
      ({ type, stream, state }) => type === 'stream' && stream === 'cam' && state === 'live',
      'the stream',
    );
  return { bootstrapServers, publish, serve, isLive };
}

/** Waits until a playlist lists a segment. */
const listed = (url: string, media: number) =>
  waitFor(async () => new RegExp(`\\nseg-\\d+-${media}\\.m4s\\n`).test((await get(url)).body.toString()), {
    what: `segment ${media}`,
  });

const newest = (text: string) => [...text.matchAll(/EXT-X-PART:.*URI="([^"]+)"/g)].at(-1)?.[1] ?? '';

test('A stream is there for viewers while it is published, the same from each server, and after its end', async (t) => {
  const { publish, serve, isLive } = await ground(t);
  // The topic does not exist yet: it is waited for.
  const one = await serve();
  const publisher = publish();
  const two = await serve();
  await Promise.all([isLive(one), isLive(two)]);
  const index = (await get(`${one.url}/live/cam/index.m3u8`)).body.toString();
  assert.match(index, /CODECS="avc1\.[0-9a-f]+,mp4a\.40\.2",RESOLUTION=160x90/);
  const media = /\n(\w+)\/live\.m3u8/.exec(index)?.[1] ?? '';
  await Promise.all([one, two].map(({ url }) => listed(`${url}/live/cam/${media}/live.m3u8`, 1)));
  const playlists = await Promise.all(
    [one, two].map(({ url }) => get(`${url}/live/cam/${media}/live.m3u8?_HLS_msn=3&_HLS_part=1`)),
  );
  assert.equal(playlists[0]?.status, 200);
  assert.deepEqual(playlists[0]?.body, playlists[1]?.body);
  const part = newest(playlists[0]?.body.toString() ?? '');
  const parts = await Promise.all([one, two].map(({ url }) => get(`${url}/live/cam/${media}/${part}`)));
  assert.equal(parts[0]?.body.toString('latin1', 4, 8), 'moof');
  assert.deepEqual(parts[0]?.body, parts[1]?.body);

  const snapshot = await get(`${one.url}/live/cam/snapshot.jpg`);
  assert.equal(snapshot.status, 200);
  assert.equal(snapshot.body.readUInt16BE(0), 0xffd8);

  const socket = new WebSocket(`${two.url.replace('http', 'ws')}/live/cam/ws`);
  t.after(() => socket.terminate());
  const boxes: string[] = [];
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) boxes.push(data.toString('latin1', 4, 8));
  });
  await waitFor(() => boxes.length > 6);
  assert.deepEqual([...new Set(boxes)], ['ftyp', 'moof']);
  await two.run.event(({ type, viewers }) => type === 'viewers' && viewers === 1, 'the viewer');

  publisher.child.kill('SIGINT');
  await publisher.ended;
  await two.run.event(({ type, state }) => type === 'stream' && state === 'ended', 'the end');
  const vod = `live/cam/${media}/vod.m3u8`;
  const whole = await waitFor(async () => {
    const { status, body } = await get(`${one.url}/${vod}`);
    return status === 200 && body.toString();
  });
  assert.match(whole, /#EXT-X-ENDLIST\n$/);
  assert.equal((await get(`${two.url}/${vod}`)).body.toString(), whole);
  const first = /\n(seg-\d+-0\.m4s)\n/.exec(whole)?.[1];
  assert.equal((await get(`${one.url}/live/cam/${media}/${first}`)).status, 200);

  one.run.child.kill('SIGTERM');
  assert.equal((await one.run.ended).code, 0);
  two.run.child.kill('SIGINT');
  assert.equal((await two.run.ended).code, 130);
});

test('A server is killed and started again: it goes on where the stream is', async (t) => {
  const { publish, serve, isLive } = await ground(t);
  publish();
  const before = await serve();
  await isLive(before);
  const sequence = (text: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
  const path = 'live/cam/90p/live.m3u8';
  await listed(`${before.url}/${path}`, 1);
  const first = (await get(`${before.url}/${path}`)).body.toString();
  await before.run.kill();
  const after = await serve();
  await isLive(after);
  // As players do it: who is told that something is not there yet asks again.
  const second = await waitFor(
    async () => {
      const { status, body } = await get(`${after.url}/${path}`);
      if (status !== 200) t.diagnostic(`${status}: ${body.toString()}`);
      return status === 200 && body.toString();
    },
    { what: 'the playlist of the second server' },
  );
  assert.ok(sequence(second) >= sequence(first));
  // Segments are named by the epoch and the number that Kafka has; what was first may have left the playlist meanwhile.
  const named = (text: string) => [...text.matchAll(/seg-(\d+)-(\d+)\.m4s/g)];
  assert.deepEqual(
    new Set(named(second).map(([, epoch]) => epoch)),
    new Set(named(first).map(([, epoch]) => epoch)),
  );
  assert.equal(Number(named(second)[0]?.[2]), sequence(second));
  assert.doesNotMatch(second, /DISCONTINUITY\n/);
});

test('Tokens by the command line', async (t) => {
  const { publish, serve, isLive } = await ground(t);
  const file = join(await temporaryFolder(t), 'watch.key');
  await writeFile(file, 'a key that nobody else knows\n');
  publish();
  const server = await serve('--watch-key', file);
  await isLive(server);
  const made = await runSluice(['live', 'token', '--stream', 'cam', '--expires', '1h', '--watch-key', file]);
  assert.equal(made.code, 0);
  const index = `${server.url}/live/cam/index.m3u8`;
  assert.equal((await get(index)).status, 403);
  assert.equal((await get(`${index}?token=${made.stdout.trim()}`)).status, 200);
});

test('What cannot be is said in a line, with exit code 2', async (t) => {
  const { serve } = await ground(t);
  const { url } = await serve();
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'short.key'), 'short');
  const { port } = new URL(url);
  const { bootstrapServers } = await testBroker();
  const table: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['serve', '--port', port, '--bootstrap-servers', bootstrapServers, '--topic', uniqueTopic('live')],
      /is in use by another program/,
    ],
    [['serve', '--tls-cert', 'cert.pem'], /--tls-cert and --tls-key belong together/],
    [
      ['serve', '--tls-cert', join(folder, 'none'), '--tls-key', 'x'],
      /cannot be read \(ENOENT: no such file or directory/,
    ],
    [['serve', '--watch-key', join(folder, 'short.key')], /make one by: openssl/],
    [['serve', '--cors', 'example.com'], /is no web origin/],
    [['live', 'token', '--stream', 'cam'], /--watch-key is missing/],
    [['live', 'token', '--stream', '../x', '--watch-key', 'sixteen characters'], /is no name of a stream/],
  ];
  for (const [args, message] of table) {
    const { code, stderr } = await runSluice(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});
