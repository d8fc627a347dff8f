/** hls.js as it comes, in Chromium: the judge of what viewers see. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import type { Owner } from '../../../test/support/owner.ts';

/** Since it was begun, or asked for the last time. Milliseconds. */
export interface Judgement {
  readonly fatal: readonly string[];
  /** By name: how often. */
  readonly errors: Readonly<Record<string, number>>;
  readonly pictures: number;
  /** The longest time from one picture to the next. */
  readonly still: number;
  readonly seeks: number;
  /** Behind the newest part, seconds; null: it does not know. */
  readonly latency: number | null;
}

const script = (url: string) => `
  const video = document.querySelector('video');
  const found = () => ({ fatal: [], errors: {}, pictures: 0, still: 0, seeks: 0 });
  globalThis.found = found();
  globalThis.ask = () => {
    const now = performance.now();
    const answer = { ...globalThis.found, latency: hls.latency || null };
    answer.still = Math.max(answer.still, now - last);
    globalThis.found = found();
    return answer;
  };
  const hls = new Hls();
  hls.on('hlsError', (_, { fatal, details }) => {
    if (fatal) globalThis.found.fatal.push(details);
    else globalThis.found.errors[details] = (globalThis.found.errors[details] ?? 0) + 1;
  });
  video.addEventListener('seeking', () => { globalThis.found.seeks += 1; });
  let last = performance.now();
  const onPicture = (now) => {
    globalThis.found.pictures += 1;
    globalThis.found.still = Math.max(globalThis.found.still, now - last);
    last = now;
    video.requestVideoFrameCallback(onPicture);
  };
  video.requestVideoFrameCallback(onPicture);
  hls.loadSource(${JSON.stringify(url)});
  hls.attachMedia(video);`;

/** Begins to watch. Closed by its owner. */
export async function startJudge(
  owner: Owner,
  browser: Browser,
  url: string,
): Promise<{ readonly page: Page; ask(): Promise<Judgement> }> {
  const player = await readFile(new URL(import.meta.resolve('hls.js/dist/hls.min.js')));
  const files: Readonly<Record<string, readonly [string, string | Buffer]>> = {
    '/': [
      'text/html',
      '<!doctype html><video muted autoplay></video><script src="player.js"></script><script src="begin.js"></script>',
    ],
    '/player.js': ['text/javascript', player],
    '/begin.js': ['text/javascript', script(url)],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url ?? ''] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  owner.after(() => server.close());
  const page = await browser.newPage();
  owner.after(() => page.close());
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    ask: () => page.evaluate(() => (globalThis as unknown as { ask(): Judgement }).ask()),
  };
}
