/** Players that are scripts of a page, in Chromium: what the video element presents is drawn and read. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { findChromium } from '../../browser/browser.ts';
import type { Owner } from '../../support/owner.ts';
import type { Colour } from '../picture/picture.ts';
import { places, readPicture } from '../picture/picture.ts';
import { missing, type Player, type Playing, type PlayOptions } from '../player.ts';

export interface PagePlayer {
  readonly name: string;
  readonly address: Player['address'];
  /** The player's own script for pages, and the file that names its version. Undefined: the browser plays by itself. */
  readonly files?: () => { readonly script: string; readonly manifest: string };
  /** Lines that start it: `video` is the element, `fatal(words)` ends it. */
  begin(url: string): string;
}

export function pagePlayer(player: PagePlayer): Player {
  return {
    name: player.name,
    group: 'pages',
    isFurther: player.name.includes('-'),
    address: player.address,
    version: () => versionOf(player),
    play: (options) => play(player, options),
  };
}

async function versionOf({ name, files }: PagePlayer): Promise<string> {
  if (files === undefined) {
    const { stdout } = await promisify(execFile)(findChromium(), ['--version']);
    return /[\d.]{3,}/.exec(stdout)?.[0] ?? '';
  }
  try {
    const { script, manifest } = files();
    await readFile(script);
    return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
  } catch (error) {
    throw missing(name, error);
  }
}

/** Milliseconds from one look at the page to the next. */
const interval = 250;

async function play(player: PagePlayer, options: PlayOptions): Promise<Playing> {
  const { url, owner, browser, onSight } = options;
  const address = await servePage(player, url, owner);
  const context = await (await browser()).newContext({ viewport: { width: 400, height: 300 } });
  let isOver = false;
  owner.after(() => context.close());
  const page = await context.newPage();
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(String(error)));
  await page.goto(address);
  const ended = (async () => {
    while (!isOver) {
      const { seen, words } = await takeSeen(page);
      for (const { at, aspect, colours } of seen)
        onSight({ ...readPicture(colours), at: at - performance.timeOrigin, aspect });
      if (words.length > 0) return words.join('; ');
      if (thrown.length > 0) return `threw ${thrown.join('; ')}`;
      await delay(interval);
    }
    return '';
  })();
  owner.after(() => {
    isOver = true;
    return ended.catch(() => {});
  });
  return { ended };
}

interface Seen {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly aspect: number;
  readonly colours: readonly Colour[];
}

function takeSeen(page: Page): Promise<{ seen: Seen[]; words: string[] }> {
  return page.evaluate(() => {
    const { seen, words } = globalThis as unknown as { seen: Seen[]; words: string[] };
    return { seen: seen.splice(0), words };
  });
}

async function servePage({ files, begin }: PagePlayer, url: string, owner: Owner): Promise<string> {
  const player = files === undefined ? '' : await readFile(files().script);
  const types = { script: 'text/javascript', page: 'text/html' };
  const answers: Readonly<Record<string, readonly [type: string, content: string | Buffer]>> = {
    '/': [types.page, body],
    '/player.js': [types.script, player],
    '/begin.js': [types.script, `${watching}\n{ ${begin(url)} }`],
  };
  const server = createServer((request, response) => {
    const [type, content] = answers[request.url ?? ''] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const body = `<!doctype html><title>x</title><video muted autoplay playsinline crossorigin="anonymous" width="320"></video>
<script src="player.js"></script><script src="begin.js"></script>`;

/** Each picture that is presented is drawn small, and the colours at the places are kept until they are taken. */
const watching = `
const video = document.querySelector('video');
const places = ${JSON.stringify(places)};
const [width, height] = [80, 80];
const canvas = new OffscreenCanvas(width, height);
const surface = canvas.getContext('2d', { willReadFrequently: true });
globalThis.seen = [];
globalThis.words = [];
const fatal = (said) => words.push(String(said));
const look = () => {
  surface.drawImage(video, 0, 0, width, height);
  const { data } = surface.getImageData(0, 0, width, height);
  const colours = places.map(([across, down]) => {
    const place = (Math.floor(down * height) * width + Math.floor(across * width)) * 4;
    return [data[place], data[place + 1], data[place + 2]];
  });
  seen.push({
    at: performance.timeOrigin + performance.now(),
    aspect: video.videoWidth / video.videoHeight,
    colours,
  });
  video.requestVideoFrameCallback(look);
};
video.requestVideoFrameCallback(look);
`;
