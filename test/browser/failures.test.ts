/** A page that watches while everything behind it is killed, one after the other, and comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { openPage } from './browser.ts';
import { stateOf, until, untilPlaying } from './player.ts';
import { kill, startPublisher, startServer, untilLive } from './stage.ts';

/** Media sequence numbers of the playlists that the page was given, in their order. */
type Sequences = number[];

for (const [way, engine] of [
  ['low', 'hls'],
  ['lowest', 'ws'],
] as const) {
  test(`by ${engine}, a page outlives its server, its publisher and the broker`, async (t) => {
    const broker = await startBroker();
    t.after(() => broker.stop());
    const stage = { bootstrapServers: broker.bootstrapServers, topic: 'live' };
    let publisher = startPublisher(t, stage, 'cam');
    const [first, second] = await Promise.all([startServer(t, stage), startServer(t, stage)]);
    await untilLive(first.url, 'cam');
    await untilLive(second.url, 'cam');

    const page = await openPage(t);
    const sequences: Sequences = [];
    page.on('response', async (response) => {
      if (!response.url().includes('/live.m3u8') || !response.ok()) return;
      const text = await response.text().catch(() => '');
      const found = /#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1];
      if (found !== undefined) sequences.push(Number(found));
    });
    await page.goto(`${first.url}/?stream=cam&latency=${way}&servers=${second.url}`);
    const begun = await untilPlaying(page, 'the stream');
    assert.equal(begun.engine, engine);

    await t.test('the server', async () => {
      const before = await stateOf(page);
      await kill(first.command);
      await until(page, 'the other server', ({ date }) => (date ?? 0) > (before.date ?? 0) + 4000);
      await untilPlaying(page, 'from the other server');
    });

    await t.test('the publisher', async () => {
      await kill(publisher);
      publisher = startPublisher(t, stage, 'cam', ['--size', '320x180', '--bitrate', '200k', '--takeover']);
      const restarted = Date.now();
      await until(page, 'the new publisher', ({ date }) => (date ?? 0) > restarted + 2000, 60_000);
      await untilPlaying(page, 'from the new publisher');
    });

    await t.test('the first server again, and then the second', async () => {
      await startServer(t, stage, first.port);
      await untilLive(first.url, 'cam');
      const before = await stateOf(page);
      await kill(second.command);
      await until(page, 'the first server', ({ date }) => (date ?? 0) > (before.date ?? 0) + 4000);
      await untilPlaying(page, 'from the first server');
    });

    await t.test('the broker', async () => {
      const [node] = broker.nodes;
      assert.ok(node);
      await node.kill('SIGKILL');
      await node.start();
      const back = Date.now();
      await until(page, 'what came after the broker', ({ date }) => (date ?? 0) > back + 2000, 60_000);
      await untilPlaying(page, 'after the broker');
    });

    const { fatal, renewals } = await stateOf(page);
    assert.deepEqual({ fatal, renewals }, { fatal: 0, renewals: 0 });
    assert.deepEqual(
      sequences,
      sequences.toSorted((a, b) => a - b),
      'the media sequence never goes back',
    );
  });
}
