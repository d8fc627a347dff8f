/** The same by WHIP: Chromium's own camera on the page that sends, at the other side of the line. It is begun again whenever it has ended, as its user would. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BrowserServer, chromium } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../../test/browser/browser.ts';
import type { Owner } from '../../../test/support/owner.ts';
import type { LineSender } from './sender.ts';

/** `url`: `http://HOST:PORT/publish?stream=S#key=K`. `near`: as for the others. */
export async function startWhipSender(
  owner: Owner,
  url: string,
  near: (command: readonly string[]) => readonly [string, ...string[]],
): Promise<LineSender> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-whip-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const executablePath = join(folder, 'chromium');
  const words = near([findChromium()]).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  await writeFile(executablePath, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  await chmod(executablePath, 0o755);
  // Browsers give their camera to this address as they would by HTTPS.
  const args = [
    ...chromiumFlags,
    `--unsafely-treat-insecure-origin-as-secure=${new URL(url).origin}`,
    '--remote-debugging-address=127.0.0.1',
  ];
  let server: BrowserServer | undefined;
  let isWanted = true;
  let isOver = false;
  const send = async (): Promise<void> => {
    server = await chromium.launchServer({ executablePath, headless: true, args });
    const gone = new Promise<void>((resolve) => server?.on('close', () => resolve()));
    try {
      const browser = await chromium.connect(server.wsEndpoint());
      const page = await browser.newPage();
      await page.goto(url);
      await page.getByRole('button', { name: 'Camera' }).click();
      await page.getByRole('button', { name: 'Go live' }).click();
    } catch (error) {
      if (!isOver) console.error(`the browser does not send: ${error}`);
      await server.kill();
    }
    await gone;
    server = undefined;
  };
  const run = (async () => {
    while (!isOver) {
      if (isWanted) await send();
      if (!isOver) await delay(1000);
    }
  })();
  const end = async (): Promise<void> => {
    isOver = true;
    await server?.kill();
    await run;
  };
  owner.after(end);
  return {
    kill(stays) {
      isWanted = !stays;
      void server?.kill();
    },
    signal: (name) => void server?.process().kill(name),
    again() {
      isWanted = true;
    },
    stop: end,
  };
}
