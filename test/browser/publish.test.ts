/** A browser's camera goes live by the page for those who send, and a second page plays it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { testBroker } from '../support/broker.ts';
import { addKey, startIngest } from '../support/senders.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';
import { until, untilPlaying } from './player.ts';
import { startServer } from './stage.ts';

/** Of the browser's counts. */
interface SentCounts {
  readonly type: string;
  readonly kind?: string;
  readonly packetsSent?: number;
}

/** What `publish.js` leaves for us. */
interface PageGlobals {
  readonly sluice: {
    state(): { readonly state: string } | undefined;
    link(): { readonly whip?: { stats(): Promise<ReadonlyMap<string, SentCounts>> } } | undefined;
  };
}

function linkOf(page: Page): Promise<string> {
  return page.evaluate(() => (globalThis as unknown as PageGlobals).sluice.state()?.state ?? 'none');
}

/** Packets of sound that went out by the agreement that there is. */
function soundOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const stats = await (globalThis as unknown as PageGlobals).sluice.link()?.whip?.stats();
    const sent = [...(stats?.values() ?? [])].filter(
      ({ type, kind }) => type === 'outbound-rtp' && kind === 'audio',
    );
    return sent.reduce((sum, { packetsSent = 0 }) => sum + packetsSent, 0);
  });
}

async function untilLink(page: Page, state: string): Promise<void> {
  await waitFor(async () => (await linkOf(page)) === state, { what: `the way to the server is ${state}` });
}

test('a camera goes live by two clicks, and comes back when the network was away', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('whip');
  const key = await addKey(bootstrapServers, topic, 'cam-*');
  const ingest = startIngest(t, bootstrapServers, topic, ['--whip-port', '0']);
  const port = await ingest.port('whip');
  const server = await startServer(t, { bootstrapServers, topic });
  const page = await openPage(t);
  const word = page.locator('#word');

  await t.test('a wrong key is told in words', async () => {
    await page.goto(`http://127.0.0.1:${port}/publish?stream=cam-1#key=wrong`);
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.locator('#microphones').selectOption('No sound');
    await page.getByRole('button', { name: 'Go live' }).click();
    await page.getByText('The key opens no stream "cam-1" here').waitFor();
    assert.doesNotMatch(page.url(), /wrong/);
  });

  const viewer = await openPage(t);
  await t.test('the right one lets it in, and it plays', async () => {
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Go live' }).click();
    await untilLink(page, 'live');
    await page.getByText('You are live').waitFor();
    await viewer.goto(`${server.url}/?stream=cam-1&latency=lowest`);
    await untilPlaying(viewer, 'what the camera sees');
    await waitFor(async () => /b\/s · 1280 × 720/.test(await page.locator('#facts').innerText()), {
      what: 'what goes out, in numbers',
    });
  });

  await t.test('sound that is chosen later is sent too, in the same programme', async () => {
    assert.equal(await soundOf(page), 0);
    await page.locator('#microphones').selectOption({ index: 0 });
    await waitFor(async () => (await soundOf(page)) > 0, { what: 'sound that goes out' });
    await untilLink(page, 'live');
    const { time } = await untilPlaying(viewer, 'with sound');
    await until(viewer, 'more of it', (state) => state.time > time);
    await ingest.of('cam-1', ({ type, on }) => type === 'resumed' && on === 'source', 'the same programme');
  });

  await t.test('the network goes away and comes back: so does the stream', async () => {
    const { child } = ingest.run;
    await page.context().setOffline(true);
    child.kill('SIGSTOP');
    try {
      await untilLink(page, 'waiting');
    } finally {
      child.kill('SIGCONT');
      await page.context().setOffline(false);
    }
    await untilLink(page, 'live');
    const { time } = await untilPlaying(viewer, 'after the network was away');
    await until(viewer, 'more of it', (state) => state.time > time);
  });

  await t.test('it ends at once when that is pressed', async () => {
    await page.getByRole('button', { name: 'Stop' }).click();
    await ingest.of('cam-1', ({ type }) => type === 'ended', 'the end of the programme');
    assert.doesNotMatch(await word.innerText(), /live/);
  });

  await t.test('the server ends in good order', async () => {
    ingest.run.child.kill('SIGTERM');
    const { code, signal, stderr } = await ingest.run.ended;
    assert.deepEqual([code, signal], [0, null], stderr);
  });
});
