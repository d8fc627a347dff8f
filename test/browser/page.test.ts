/** The page in a real browser, before a real server, publisher and Kafka. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';
import { stateOf, until, untilPlaying } from './player.ts';
import { startPublisher, startServer, untilLive } from './stage.ts';

test('the page shows what is live, plays it, rewinds it, and comes back', async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  const page = await openPage(t);
  await page.goto(server.url);

  await t.test(
    'nothing is live: it says how to publish, and nothing moves when something comes',
    async () => {
      await page.getByText('No stream is live').waitFor();
      assert.match(await page.locator('#empty code').innerText(), /sluice live publish/);
    },
  );

  startPublisher(t, stage, 'studio', ['--rendition', '320x180@250k', '--rendition', '160x90@100k']);

  await t.test('a single stream begins by itself', async () => {
    const { stream, engine, live } = await untilPlaying(page, 'the first stream');
    assert.deepEqual({ stream, engine, live }, { stream: 'studio', engine: 'hls', live: true });
    await page.getByText('1 viewer', { exact: false }).first().waitFor();
    await waitFor(async () => ((await stateOf(page)).latency ?? 99) < 3, { what: 'the live edge' });
  });

  await t.test('qualities can be chosen, and are played', async () => {
    await page.keyboard.press('q');
    // "Auto" names the one that is played, too.
    await page.locator('#settings label', { hasText: /^90p/ }).click();
    await until(page, 'the small picture', ({ height }) => height === 90);
    await page.locator('#settings label', { hasText: /^180p/ }).click();
    await until(page, 'the large picture', ({ height }) => height === 180);
    await page.locator('#settings label', { hasText: 'Auto' }).click();
    await page.keyboard.press('Escape');
    await untilPlaying(page, 'after the choice');
  });

  await t.test('it rewinds by the keyboard and by the bar, and comes back to live', async () => {
    await waitFor(async () => {
      const { streams } = (await (await fetch(`${server.url}/api/streams`)).json()) as {
        streams: { recorded?: { from: number; to: number } }[];
      };
      const recorded = streams[0]?.recorded;
      return recorded !== undefined && recorded.to - recorded.from > 8000;
    });
    await page.locator('#player').focus();
    await page.keyboard.press('ArrowLeft');
    const back = await until(page, 'five seconds ago', ({ live, latency, waiting }) => {
      return !live && !waiting && latency !== null && latency > 4;
    });
    await untilPlaying(page, 'the past');
    const behind = page.locator('#behind');
    await waitFor(async () => /^−0:0\d$/.test(await behind.innerText()), { what: 'how far behind' });

    await page.locator('#bar').click({ position: { x: 2, y: 14 } });
    await until(page, 'the beginning', ({ latency, waiting }) => {
      return !waiting && latency !== null && latency > (back.latency ?? 0) + 1;
    });
    await untilPlaying(page, 'the beginning');

    await page.keyboard.press('l');
    await until(page, 'the live edge', ({ live, waiting, latency }) => {
      return live && !waiting && latency !== null && latency < 3;
    });
    await untilPlaying(page, 'live again');
  });

  await t.test('by WebSocket it is closer still', async () => {
    await page.keyboard.press('q');
    await page.locator('#settings label', { hasText: 'Lowest' }).click();
    await page.keyboard.press('Escape');
    await until(page, 'the WebSocket', ({ engine }) => engine === 'ws');
    await untilPlaying(page, 'by WebSocket');
    await until(page, 'a short way', ({ latency }) => latency !== null && latency < 2);
    await until(page, 'parts of five pictures, seen to come whole', ({ piece }) => piece === 167);
    await page.keyboard.press('q');
    await page.locator('#settings label', { hasText: 'Low' }).nth(1).click();
    await page.keyboard.press('Escape');
    await until(page, 'playlists again', ({ engine }) => engine === 'hls');
    await untilPlaying(page, 'by playlists again');
    assert.equal((await stateOf(page)).piece, 167);
  });

  await t.test('pausing stops it, and it goes on where it was', async () => {
    await page.locator('#player').focus();
    await page.keyboard.press(' ');
    const paused = await until(page, 'the pause', (state) => state.paused);
    await until(page, 'some distance', ({ latency }) => (latency ?? 0) > (paused.latency ?? 0) + 2);
    await page.keyboard.press(' ');
    const on = await untilPlaying(page, 'after the pause', 5);
    assert.ok(!on.live);
    assert.ok((on.date ?? 0) < (paused.date ?? 0) + 2000, 'it goes on where it was');
    await page.getByRole('button', { name: 'Go to live' }).click();
    await until(page, 'the live edge', ({ live, latency }) => live && latency !== null && latency < 3);
  });

  await t.test('two streams are shown as cards with pictures; another one is chosen', async () => {
    startPublisher(t, stage, 'harbour');
    await untilLive(server.url, 'harbour');
    const card = page.locator('a[data-stream=harbour]');
    await card.waitFor();
    await waitFor(() => card.locator('img.there').count(), { what: 'a snapshot' });
    await card.click();
    await until(page, 'the other stream', ({ stream }) => stream === 'harbour');
    await untilPlaying(page, 'the other stream');
    assert.match(page.url(), /\?stream=harbour$/);
    await page.goBack();
    await until(page, 'the first stream', ({ stream }) => stream !== 'harbour');
  });

  await t.test('how its viewer fares is told to the server', async () => {
    const watched = /^sluice_serve_watched_seconds_total\{stream="studio"\} [1-9]/m;
    const told = async () => (await fetch(`${server.url}/metrics`)).text();
    await waitFor(async () => watched.test(await told()), { what: 'a report', timeout: 40_000 });
  });

  assert.equal((await stateOf(page)).fatal, 0);
});
