/** Chromium, as viewers have it: headless, with sound and pictures, a fresh profile for each page. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where Chromium is: `SLUICE_CHROMIUM`, or the first of its names in the PATH. @throws when there is none */
export function findChromium(): string {
  const named = process.env.SLUICE_CHROMIUM;
  if (named) return named;
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(
    'there is no Chromium: install it (Debian: apt-get install chromium), or name it by SLUICE_CHROMIUM',
  );
}

/** What Chromium is started with. */
export const chromiumFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages beside others are as awake as the one in front.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--autoplay-policy=no-user-gesture-required',
  // A camera with a clock in its picture and a microphone that beeps, given to whoever asks.
  '--use-fake-device-for-media-stream=fps=30',
  '--use-fake-ui-for-media-stream',
];

/** Starts Chromium. Its owner closes it. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), headless: true, args: [...chromiumFlags] });
}

/** That of this file's tests. */
let shared: Promise<Browser> | undefined;

// At import, so that it is the file's own hook and not that of the test that opens the first page.
after(async () => {
  const browser = await shared?.catch(() => undefined);
  await browser?.close();
});

/**
 * A page with a profile of its own (cache, storage), which is gone after the test, in a Chromium that the tests of a file share.
 * What its scripts did not catch fails the test.
 */
export async function openPage(t: TestContext, options: BrowserContextOptions = {}): Promise<Page> {
  shared ??= startChromium();
  const browser = await shared;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const wrong: Error[] = [];
  page.on('pageerror', (error) => wrong.push(error));
  t.after(() => {
    if (wrong.length > 0) throw new AggregateError(wrong, `the page threw: ${wrong.map(String).join('; ')}`);
  });
  return page;
}
