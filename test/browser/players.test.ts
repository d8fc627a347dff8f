/** Players that are not ours: whatever plays HLS, DASH or MP4 plays what is served. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { runCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';
import { play, playByDash, untilPlayed } from './other-players.ts';
import { startPublisher, startServer, untilLive } from './stage.ts';

test('other players play it', { concurrency: true }, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  startPublisher(t, stage, 'cam');
  await untilLive(server.url, 'cam');
  const base = `${server.url}/live/cam`;

  const byHls = t.test('hls.js, as it comes', async (t) => {
    const page = await play(
      t,
      new URL(import.meta.resolve('hls.js/dist/hls.min.js')),
      `const hls = new Hls();
      hls.on('hlsError', (_, { fatal, details }) => fatal && errors.push(details));
      hls.loadSource('${base}/index.m3u8');
      hls.attachMedia(document.querySelector('video'));`,
    );
    await untilPlayed(page, 'hls.js');
  });

  const byDash = t.test('dash.js', async (t) => {
    const page = await playByDash(t, `${base}/manifest.mpd`);
    await untilPlayed(page, 'dash.js');
  });

  await Promise.all([byHls, byDash]);

  for (const name of ['index.m3u8', 'manifest.mpd', 'stream.mp4']) {
    await t.test(`FFmpeg, ${name}`, async () => {
      const args = ['-v', 'warning', '-i', `${base}/${name}`, '-t', '2', '-f', 'null', '-'];
      const { code, stderr } = await runCommand('ffmpeg', args);
      assert.equal(code, 0, stderr);
      // Joining in the middle is no error; anything else would be said.
      assert.equal(stderr, '');
    });
    await t.test(`FFprobe finds picture and sound, ${name}`, async () => {
      const args = ['-v', 'error', '-show_entries', 'stream=codec_name,width', '-of', 'json'];
      const { code, stdout, stderr } = await runCommand('ffprobe', [...args, `${base}/${name}`]);
      assert.equal(code, 0, stderr);
      const { streams } = JSON.parse(stdout) as { streams: { codec_name: string; width?: number }[] };
      assert.ok(streams.some((each) => each.codec_name === 'h264' && each.width === 320));
      assert.ok(streams.some((each) => each.codec_name === 'aac'));
    });
  }
});
