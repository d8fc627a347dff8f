/** Chromium's fake camera by the page /publish. */
import type { Browser } from 'playwright-core';
import { startChromium } from '../../browser/browser.ts';
import type { SenderProgram } from '../sender.ts';

async function versionOf(browser: Browser): Promise<string> {
  const version = browser.version();
  await browser.close();
  return version;
}

export const chromium: SenderProgram = {
  name: 'Chromium, /publish',
  protocol: 'whip',
  version: async () => versionOf(await startChromium()),
  async send(owner, { port, stream, key }) {
    const browser = await startChromium();
    owner.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/publish?stream=${stream}#key=${key}`);
    await page.getByRole('button', { name: 'Camera' }).click();
    const began = performance.now();
    await page.getByRole('button', { name: 'Go live' }).click();
    return {
      began,
      async refusal() {
        const word = await page.locator('#word').innerText();
        return /key/.test(word) ? word : undefined;
      },
      stop: () => page.getByRole('button', { name: 'Stop' }).click(),
    };
  },
};
