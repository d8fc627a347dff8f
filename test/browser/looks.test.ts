/** How the page looks and is used: on large and small screens, dark and light, by keyboard and by finger. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { openPage } from './browser.ts';
import { until, untilPlaying } from './player.ts';
import { startPublisher, startServer, untilLive } from './stage.ts';

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const screens: Readonly<Record<string, BrowserContextOptions>> = {
  'a desktop, light': { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  'a desktop, dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  'a phone, upright': { ...phone, colorScheme: 'dark' },
  'a phone, on its side': { ...phone, viewport: { width: 740, height: 360 }, colorScheme: 'light' },
};

/** Everything that a finger or a mouse is to find, and what is seen of it. */
function controlsOf(page: Page): Promise<{ name: string; width: number; height: number; inside: boolean }[]> {
  return page.locator('#player button:visible, #player input:visible').evaluateAll((elements) =>
    elements.map((each) => {
      const box = each.getBoundingClientRect();
      const player = each.closest('#player')?.getBoundingClientRect();
      const inside = player !== undefined && box.left >= player.left - 1 && box.right <= player.right + 1;
      return {
        name: each.getAttribute('aria-label') ?? each.textContent ?? '',
        width: box.width,
        height: box.height,
        inside,
      };
    }),
  );
}

test('the page on all screens', { concurrency: true }, async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  startPublisher(t, stage, 'a-stream-whose-name-is-so-long-that-no-phone-has-room-for-it');
  await untilLive(server.url, 'a-stream-whose-name-is-so-long-that-no-phone-has-room-for-it');

  const shown = Object.entries(screens).map(([name, options]) =>
    t.test(name, async (t) => {
      const page = await openPage(t, options);
      // How far what is there moved about while the page came together.
      await page.addInitScript(() => {
        const shifts = { sum: 0 };
        Object.assign(globalThis, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true } as never);
      });
      await page.goto(`${server.url}/?stream=a-stream-whose-name-is-so-long-that-no-phone-has-room-for-it`);
      await untilPlaying(page, 'the stream');
      const { overflow, moved } = await page.evaluate(() => {
        const { document, innerWidth, shifts } = globalThis as unknown as {
          document: { documentElement: { scrollWidth: number } };
          innerWidth: number;
          shifts: { sum: number };
        };
        return { overflow: document.documentElement.scrollWidth - innerWidth, moved: shifts.sum };
      });
      assert.ok(overflow <= 0, `${overflow} pixels stick out`);
      assert.ok(moved < 0.05, `the layout moved by ${moved}`);
      const controls = await controlsOf(page);
      assert.ok(controls.length >= 6);
      for (const control of controls) {
        assert.notEqual(control.name, '', 'every control has a name');
        assert.ok(control.inside, `${control.name} lies within the player`);
        const bar = control.name === 'Position' || control.name === 'Volume';
        assert.ok(control.height >= (bar ? 28 : 44), `${control.name} is ${control.height} pixels high`);
      }
    }),
  );

  const byKeyboard = t.test('by keyboard alone', async (t) => {
    const page = await openPage(t);
    await page.goto(server.url);
    await untilPlaying(page, 'the stream');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('i');
    await page.locator('#details').getByText('Latency').waitFor();
    // What has the focus can be seen to have it.
    const toggle = page.getByRole('button', { name: 'Pause' });
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab');
      if (await toggle.evaluate((each) => each.matches(':focus-visible'))) break;
    }
    const outline = await toggle.evaluate((each) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle(element: unknown): { outlineStyle: string };
      };
      return getComputedStyle(each).outlineStyle;
    });
    assert.equal(outline, 'solid');
    await page.keyboard.press(' ');
    await until(page, 'the pause', ({ paused }) => paused);
    await page.keyboard.press('Enter');
    await until(page, 'going on', ({ paused }) => !paused);
  });
  await Promise.all([...shown, byKeyboard]);
});
