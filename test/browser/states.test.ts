/** What the page says and does where nothing moves, in all of its modes: every end, every refusal, every change of what is published. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';
import { until, untilPlaying } from './player.ts';
import { kill, startPublisher, startServer, untilLive } from './stage.ts';

const modes = ['lowest', 'low', 'steady'] as const;
const size = ['--size', '320x180', '--bitrate', '200k', '--takeover'];

/** Requests that the page makes of a stream, WebSockets included, from now on. */
function countAsking(page: Page): { count: number } {
  const asked = { count: 0 };
  const see = (url: string): void => {
    if (url.includes('/live/') && !url.includes('snapshot')) asked.count += 1;
  };
  page.on('request', (request) => see(request.url()));
  page.on('websocket', (socket) => see(socket.url()));
  return asked;
}

async function open(t: TestContext, url: string, query: Record<string, string>): Promise<Page> {
  const page = await openPage(t);
  await page.goto(`${url}/?${new URLSearchParams(query)}`);
  return page;
}

/** Does the same with all pages, beside one another. */
const withAll = (pages: readonly Page[], act: (page: Page, mode: string) => Promise<unknown>) =>
  Promise.all(pages.map((page, index) => act(page, modes[index] ?? '')));

async function untilSaid(page: Page, text: RegExp): Promise<void> {
  const message = page.locator('#message');
  await waitFor(async () => (await message.isVisible()) && text.test(await message.innerText()), {
    what: `"${text}" on the page`,
    timeout: 20_000,
  });
}

test('who may not watch is told why, once', { concurrency: true }, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const key = 'a key that is long enough for anybody';
  const server = await startServer(t, stage, undefined, ['--watch-key', key]);
  startPublisher(t, stage, 'cam');
  const token = makeToken(key, 'cam', Date.now() + 3_600_000);
  await waitFor(async () => (await fetch(`${server.url}/live/cam/index.m3u8?token=${token}`)).ok);
  const cases = [
    [{ token: makeToken(key, 'cam', Date.now() - 1000) }, /expired/],
    [{ token: makeToken(key, 'other', Date.now() + 60_000) }, /not valid/],
    [{}, /needs a valid token/],
  ] as const;
  for (const latency of modes) {
    const refused = cases.map(([query, said]) =>
      t.test(`${latency}, ${said}`, async (t) => {
        const page = await open(t, server.url, { stream: 'cam', latency, ...query });
        await untilSaid(page, said);
        assert.equal(await page.locator('#spinner').isVisible(), false);
        const asked = countAsking(page);
        await delay(5000);
        assert.equal(asked.count, 0, 'nobody is asked again');
      }),
    );
    // As many pages as elsewhere: two cores have to be enough.
    await Promise.all(refused);
  }
  await Promise.all(
    modes.map((latency) =>
      t.test(`${latency}, with a token`, async (t) => {
        const page = await open(t, server.url, { stream: 'cam', latency, token });
        await untilPlaying(page, 'with a token');
      }),
    ),
  );
});

test('recordings, and streams that nobody publishes', { concurrency: true }, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  const publisher = startPublisher(t, stage, 'cam', size);
  await untilLive(server.url, 'cam');
  const watching = await Promise.all(modes.map((latency) => open(t, server.url, { stream: 'cam', latency })));
  await withAll(watching, (page) => untilPlaying(page, 'the live stream', 60));

  await t.test('the end is told to whoever watches, and the recording begins at a press', async () => {
    publisher.child.kill('SIGINT');
    await publisher.finished;
    await withAll(watching, async (page, mode) => {
      await until(page, `the end, ${mode}`, ({ ended }) => ended);
      await untilSaid(page, /The programme has ended/);
      await page.getByRole('button', { name: 'From the beginning' }).click();
      await untilPlaying(page, `from the beginning, ${mode}`);
    });
  });
  const opened = modes.flatMap((latency) => [
    t.test(`opened after its end, ${latency}`, async (t) => {
      const page = await open(t, server.url, { stream: 'cam', latency });
      await untilPlaying(page, 'the recording');
      await page.getByText('Recorded').first().waitFor();
    }),
    t.test(`nobody publishes it, ${latency}`, async (t) => {
      const page = await open(t, server.url, { stream: 'nobody', latency });
      await untilSaid(page, /Nobody is publishing/);
      const asked = countAsking(page);
      await delay(5000);
      assert.ok(asked.count <= 8, `asked ${asked.count} times in 5 s`);
    }),
  ]);
  await Promise.all(opened);
});

describe('publishers that come back', { concurrency: true }, () => {
  test('a publisher that comes back without sound, and with it', async (t) => {
    const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
    const server = await startServer(t, stage);
    let publisher = startPublisher(t, stage, 'cam', size);
    await untilLive(server.url, 'cam');
    const pages = await Promise.all(modes.map((latency) => open(t, server.url, { stream: 'cam', latency })));
    await withAll(pages, (page) => untilPlaying(page, 'the first publisher'));
    for (const sound of [['--audio-codec', 'none'], []]) {
      await kill(publisher);
      publisher = startPublisher(t, stage, 'cam', [...size, ...sound]);
      const since = Date.now() + 2000;
      await withAll(pages, async (page, mode) => {
        const what = `${sound.length > 0 ? 'without' : 'with'} sound, ${mode}`;
        await until(page, what, ({ date, waiting }) => !waiting && (date ?? 0) > since, 40_000);
        await untilPlaying(page, what, 60);
      });
    }
  });

  test('a publisher that comes back with a codec that this browser has not, and with one that it has', async (t) => {
    const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
    const server = await startServer(t, stage);
    // Whole pictures of either rate, for a programme goes on only where its parts last as long as before.
    const options = [...size, '--part-target', '200ms'];
    const first = startPublisher(t, stage, 'cam', options);
    await untilLive(server.url, 'cam');
    const pages = await Promise.all(modes.map((latency) => open(t, server.url, { stream: 'cam', latency })));
    await withAll(pages, (page) => untilPlaying(page, 'H.264'));
    await kill(first);
    const other = startPublisher(t, stage, 'cam', [...options, '--video-codec', 'libx265', '--rate', '10']);
    await withAll(pages, (page) => untilSaid(page, /does not play/));
    await kill(other);
    startPublisher(t, stage, 'cam', options);
    await withAll(pages, (page, mode) => untilPlaying(page, `H.264 again, ${mode}`));
  });
});

test('a browser that does not let it play, and a long pause: Play plays', {
  concurrency: true,
}, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  startPublisher(t, stage, 'cam', size);
  await untilLive(server.url, 'cam');
  const kept = modes.flatMap((latency) => [
    t.test(`refused, ${latency}`, async (t) => {
      const page = await openPage(t);
      // As browsers do that play nothing by itself, not even without sound: Chromium has no switch for it.
      await page.addInitScript(() => {
        const { HTMLMediaElement, navigator, DOMException } = globalThis as unknown as {
          HTMLMediaElement: { prototype: { play(): Promise<void> } };
          navigator: { userActivation: { hasBeenActive: boolean } };
          DOMException: new (text: string, name: string) => Error;
        };
        const { play } = HTMLMediaElement.prototype;
        HTMLMediaElement.prototype.play = function (this: { play(): Promise<void> }) {
          if (navigator.userActivation.hasBeenActive) return play.call(this);
          return Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
        };
      });
      await page.goto(`${server.url}/?stream=cam&latency=${latency}`);
      await untilSaid(page, /Press Play/);
      assert.equal(await page.locator('#spinner').isVisible(), false);
      // Longer than anything is kept for somebody who does not watch.
      await delay(12_000);
      await page.locator('#big-play').click();
      await untilPlaying(page, 'after a press');
      await until(page, 'the live edge', (state) => state.live && (state.latency ?? 99) < 8);
    }),
    t.test(`paused, ${latency}`, async (t) => {
      const page = await open(t, server.url, { stream: 'cam', latency });
      await untilPlaying(page, 'the stream');
      await page.locator('#player').focus();
      await page.keyboard.press(' ');
      await until(page, 'the pause', ({ paused }) => paused);
      await delay(12_000);
      await page.locator('#big-play').click();
      await untilPlaying(page, 'after the pause');
    }),
  ]);
  await Promise.all(kept);
});
