/** What a page keeps of a stream while its MediaSource takes nothing: the page's own modules, in a real browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { openPage } from './browser.ts';
import { until, untilPlaying } from './player.ts';
import { startPublisher, startServer, untilLive } from './stage.ts';

/** What runs in the page knows of it. */
interface Browser {
  readonly MediaSource: { readonly prototype: { addEventListener(...args: readonly unknown[]): void } };
  openNow?: () => void;
}

test('a MediaSource that does not open', { concurrency: true }, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  startPublisher(t, stage, 'cam');
  await untilLive(server.url, 'cam');

  const unasked = t.test('nothing is asked for before it opens, and it plays once it does', async (t) => {
    const page = await openPage(t);
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    // As in a tab that has never been looked at: browsers put off what is not seen.
    await page.addInitScript(() => {
      const { MediaSource } = globalThis as unknown as Browser;
      const { addEventListener } = MediaSource.prototype;
      MediaSource.prototype.addEventListener = function (...args) {
        const [type, listener, ...more] = args as [string, (event: unknown) => void];
        const later = (event: unknown) => {
          (globalThis as unknown as Browser).openNow = () => listener.call(this, event);
        };
        addEventListener.call(this, type, type === 'sourceopen' ? later : listener, ...more);
      };
    });
    await page.goto(`${server.url}/?stream=cam&latency=lowest`);
    await page.waitForFunction(() => (globalThis as unknown as Browser).openNow !== undefined);
    await until(page, 'the engine', ({ engine }) => engine === 'ws');
    // Whatever is to be asked for is asked for at once, by the answer to something that was asked for later.
    await page.evaluate(() => fetch('api/time').then((answer) => answer.text()));
    assert.deepEqual(sockets, []);
    await page.evaluate(() => (globalThis as unknown as Browser).openNow?.());
    await untilPlaying(page, 'the stream');
    assert.equal(sockets.length, 1);
  });

  const bounded = t.test('bytes that cannot be appended end it before they fill the memory', async (t) => {
    const page = await openPage(t);
    await page.goto(server.url);
    const { faults, megabytes } = await page.evaluate(async () => {
      const name = '/assets/appender.js';
      const { Appender } = await import(name);
      const faults: string[] = [];
      // An element that is not on the page, whose source nothing opens.
      const video = Object.defineProperty({}, 'src', { set: () => {} });
      const appender = new Appender({
        video,
        onOpen: () => {},
        onAppended: () => {},
        onFault: (reason: string) => faults.push(reason),
      });
      let megabytes = 0;
      for (; faults.length === 0 && megabytes < 200; megabytes += 1)
        appender.append(new ArrayBuffer(1024 * 1024));
      return { faults, megabytes };
    });
    assert.deepEqual(faults, ['what came could not be appended']);
    assert.ok(megabytes > 16 && megabytes <= 65, `${megabytes} MiB were kept`);
  });
  await Promise.all([unasked, bounded]);
});
