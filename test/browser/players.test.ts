/** Players that are not ours: whatever plays HLS, DASH or MP4 plays what is served. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { testBroker } from '../support/broker.ts';
import { runCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';
import { startPublisher, startServer, untilLive } from './stage.ts';

interface Outcome {
  readonly time: number;
  readonly frames: number;
  readonly errors: readonly string[];
}

/** A page of another origin, on this machine too, with a video element, a player's own script, and a few lines that start it. */
async function play(t: TestContext, script: URL, begin: string): Promise<Page> {
  const body =
    '<!doctype html><title>x</title><video muted autoplay></video><script src="player.js"></script><script src="begin.js"></script>';
  const files: Readonly<Record<string, readonly [type: string, content: string | Buffer]>> = {
    '/': ['text/html', body],
    '/player.js': ['text/javascript', await readFile(script)],
    '/begin.js': ['text/javascript', `globalThis.errors = [];\n${begin}`],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url ?? ''] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const page = await openPage(t);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return page;
}

function outcomeOf(page: Page): Promise<Outcome> {
  return page.evaluate(() => {
    const { document, errors } = globalThis as unknown as {
      document: {
        querySelector(selector: string): {
          currentTime: number;
          getVideoPlaybackQuality(): { totalVideoFrames: number };
        };
      };
      errors: string[];
    };
    const video = document.querySelector('video');
    return {
      time: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      errors,
    };
  });
}

/** Resolves once so many pictures were shown. Whatever the player calls an error fails. */
async function untilPlayed(page: Page, what: string, frames = 90): Promise<void> {
  const { errors } = await waitFor(
    async () => {
      const outcome = await outcomeOf(page);
      return outcome.frames >= frames || outcome.errors.length > 0 ? outcome : undefined;
    },
    { what, timeout: 60_000 },
  );
  assert.deepEqual(errors, []);
}

test('other players play it', async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  startPublisher(t, stage, 'cam');
  await untilLive(server.url, 'cam');
  const base = `${server.url}/live/cam`;

  await t.test('hls.js, as it comes', async (t) => {
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

  await t.test('dash.js', async (t) => {
    const page = await play(
      t,
      // Beside the module that the package exports stands the script for pages.
      new URL('../umd/dash.all.min.js', import.meta.resolve('dashjs')),
      `const player = dashjs.MediaPlayer().create();
      // Picture and sound are in one file, and the browser's MediaCapabilities knows files of one codec only.
      player.updateSettings({ streaming: { capabilities: { useMediaCapabilitiesApi: false } } });
      player.on('error', ({ error }) => errors.push(error.message));
      player.initialize(document.querySelector('video'), '${base}/manifest.mpd', true);`,
    );
    await untilPlayed(page, 'dash.js');
  });

  await t.test('FFmpeg, by HLS and by MP4', async () => {
    for (const name of ['index.m3u8', 'stream.mp4']) {
      const args = ['-v', 'warning', '-i', `${base}/${name}`, '-t', '2', '-f', 'null', '-'];
      const { code, stderr } = await runCommand('ffmpeg', args);
      assert.equal(code, 0, stderr);
      // Joining in the middle is no error; anything else would be said.
      assert.equal(stderr, '', name);
    }
  });

  await t.test('FFprobe finds picture and sound', async () => {
    const args = ['-v', 'error', '-show_entries', 'stream=codec_name,width', '-of', 'json'];
    for (const name of ['index.m3u8', 'stream.mp4']) {
      const { code, stdout, stderr } = await runCommand('ffprobe', [...args, `${base}/${name}`]);
      assert.equal(code, 0, stderr);
      const { streams } = JSON.parse(stdout) as { streams: { codec_name: string; width?: number }[] };
      assert.ok(streams.some((each) => each.codec_name === 'h264' && each.width === 320));
      assert.ok(streams.some((each) => each.codec_name === 'aac'));
    }
  });
});
