/** Players that are not ours, on pages of another origin, as a test starts and asks them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';

/** What a player has shown, and what it calls errors. */
export interface Outcome {
  readonly time: number;
  readonly frames: number;
  /** How often it has jumped. */
  readonly seeks: number;
  readonly errors: readonly string[];
}

/** A page of another origin, on this machine too, with a video element, a player's own script, and a few lines that start it. */
export async function play(t: TestContext, script: URL, begin: string): Promise<Page> {
  const body =
    '<!doctype html><title>x</title><video muted autoplay></video><script src="player.js"></script><script src="begin.js"></script>';
  const files: Readonly<Record<string, readonly [type: string, content: string | Buffer]>> = {
    '/': ['text/html', body],
    '/player.js': ['text/javascript', await readFile(script)],
    '/begin.js': [
      'text/javascript',
      `globalThis.errors = [];
      globalThis.seeks = 0;
      document.querySelector('video').addEventListener('seeking', () => { globalThis.seeks += 1; });
      ${begin}`,
    ],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url ?? ''] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const page = await openPage(t);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return page;
}

export function outcomeOf(page: Page): Promise<Outcome> {
  return page.evaluate(() => {
    const { document, errors, seeks } = globalThis as unknown as {
      document: {
        querySelector(selector: string): {
          currentTime: number;
          getVideoPlaybackQuality(): { totalVideoFrames: number };
        };
      };
      errors: string[];
      seeks: number;
    };
    const video = document.querySelector('video');
    return {
      time: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      seeks,
      errors,
    };
  });
}

/** Resolves once so many pictures were shown. Whatever the player calls an error fails. */
export async function untilPlayed(page: Page, what: string, frames = 90): Promise<void> {
  const { errors } = await waitFor(
    async () => {
      const outcome = await outcomeOf(page);
      return outcome.frames >= frames || outcome.errors.length > 0 ? outcome : undefined;
    },
    { what, timeout: 60_000 },
  );
  assert.deepEqual(errors, []);
}

/** dash.js on a page of its own. */
export function playByDash(t: TestContext, manifest: string): Promise<Page> {
  return play(
    t,
    // Beside the module that the package exports stands the script for pages.
    new URL('../umd/dash.all.min.js', import.meta.resolve('dashjs')),
    `const player = dashjs.MediaPlayer().create();
    // Picture and sound are in one file, and the browser's MediaCapabilities knows files of one codec only.
    player.updateSettings({ streaming: { capabilities: { useMediaCapabilitiesApi: false } } });
    player.on('error', ({ error }) => errors.push(error.message));
    player.initialize(document.querySelector('video'), '${manifest}', true);`,
  );
}
