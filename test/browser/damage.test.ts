/** Bytes that no browser can decode: the page makes its engine anew, once, and goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';
import { stateOf, until, untilPlaying } from './player.ts';
import { startPublisher, startServer, untilLive } from './stage.ts';

/** As long, and nothing in it that is a box. */
const spoiled = (bytes: Buffer): Buffer => Buffer.alloc(bytes.length, 0xff);

test('bytes that cannot be decoded', { concurrency: true }, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  startPublisher(t, stage, 'cam', ['--size', '320x180', '--bitrate', '200k']);
  await untilLive(server.url, 'cam');
  const damaged = (['lowest', 'low'] as const).map((latency) =>
    t.test(latency, async (t) => {
      const page = await openPage(t);
      let spoils = 0;
      const spoil = (bytes: Buffer): Buffer => {
        if (spoils === 0) return bytes;
        spoils -= 1;
        return spoiled(bytes);
      };
      await page.routeWebSocket(/\/live\//, (toPage) => {
        const toServer = toPage.connectToServer();
        toServer.onMessage((message) => toPage.send(typeof message === 'string' ? message : spoil(message)));
      });
      await page.route(/\/(?:part|seg)-/, async (route) => {
        if (spoils === 0) return route.continue();
        const response = await route.fetch();
        return route.fulfill({ response, body: spoil(await response.body()) });
      });
      await page.goto(`${server.url}/?stream=cam&latency=${latency}`);
      await untilPlaying(page, 'at first');
      const before = (await stateOf(page)).renewals;
      spoils = 1;
      await waitFor(() => spoils === 0);
      const at = Date.now();
      await until(page, 'what was filmed later', ({ date }) => (date ?? 0) > at + 2000);
      const { live } = await untilPlaying(page, 'after it');
      assert.equal(live, true);
      assert.ok((await stateOf(page)).renewals <= before + 2, 'one fault makes one engine anew');
    }),
  );
  await Promise.all(damaged);
});
