/** Pages that watch while everything behind them is killed, one after the other, and comes back. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startBroker } from '../../src/broker/broker.ts';
import { openPage } from './browser.ts';
import { stateOf, until, untilPlaying } from './player.ts';
import { kill, startPublisher, startServer, untilLive } from './stage.ts';

interface Watched {
  readonly page: Page;
  /** Media sequence numbers of the playlists that the page was given, in their order. */
  readonly sequences: readonly number[];
}

async function watch(t: TestContext, url: string, engine: string): Promise<Watched> {
  const page = await openPage(t);
  const sequences: number[] = [];
  page.on('response', async (response) => {
    if (!response.url().includes('/live.m3u8') || !response.ok()) return;
    const text = await response.text().catch(() => '');
    const found = /#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1];
    if (found !== undefined) sequences.push(Number(found));
  });
  await page.goto(url);
  const begun = await untilPlaying(page, 'the stream');
  assert.equal(begun.engine, engine);
  return { page, sequences };
}

/** Resolves once every page shows pictures that were taken after a time. */
async function allBehind(pages: readonly Watched[], what: string, time: number): Promise<void> {
  for (const { page } of pages) {
    await until(page, what, ({ date }) => (date ?? 0) > time, 60_000);
    await untilPlaying(page, what);
  }
}

// Longer than other tests may take: a broker is started twice, and two browsers watch.
test('pages outlive everything behind them, by playlists and by WebSocket', {
  timeout: 300_000,
}, async (t) => {
  const broker = await startBroker();
  t.after(() => broker.stop());
  const stage = { bootstrapServers: broker.bootstrapServers, topic: 'live' };
  const publisher = startPublisher(t, stage, 'cam');
  const [first, second] = await Promise.all([startServer(t, stage), startServer(t, stage)]);
  await untilLive(first.url, 'cam');
  await untilLive(second.url, 'cam');
  const address = `${first.url}/?stream=cam&servers=${second.url}`;
  const byPlaylists = await watch(t, `${address}&latency=low`, 'hls');
  const bySocket = await watch(t, `${address}&latency=lowest`, 'ws');
  const pages = [byPlaylists, bySocket];

  await t.test('the server', async () => {
    await kill(first.command);
    await allBehind(pages, 'from the other server', Date.now() + 2000);
  });

  await t.test('the publisher', async () => {
    await kill(publisher);
    startPublisher(t, stage, 'cam', ['--size', '320x180', '--bitrate', '200k', '--takeover']);
    await allBehind(pages, 'from the new publisher', Date.now() + 2000);
  });

  await t.test('the first server again, and then the second', async () => {
    await startServer(t, stage, first.port);
    await untilLive(first.url, 'cam');
    await kill(second.command);
    await allBehind(pages, 'from the first server', Date.now() + 2000);
  });

  await t.test('the broker', async () => {
    const [node] = broker.nodes;
    assert.ok(node);
    await node.kill('SIGKILL');
    await node.start();
    await allBehind(pages, 'after the broker', Date.now() + 2000);
  });

  for (const { page } of pages) {
    const { fatal, renewals } = await stateOf(page);
    assert.equal(fatal, 0);
    // A broker is back after 9 to 12 s here: where nothing moved for that long, the page makes another engine, once.
    assert.ok(renewals <= 1, `${renewals} renewals`);
  }
  const { sequences } = byPlaylists;
  assert.ok(sequences.length > 20);
  const risen = sequences.toSorted((a, b) => a - b);
  assert.deepEqual(sequences, risen, 'the media sequence never goes back');
});
