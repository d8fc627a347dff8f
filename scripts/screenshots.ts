/**
 * The pictures of README.md and the docs (`npm run screenshots`): a real Kafka, uploaders, downloaders and a stream, looked at in Chromium.
 * Writes `docs/images/*.png`, with 128 colours each, so that they stay small. Needs FFmpeg and Chromium.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBroker } from '../src/broker/broker.ts';
import { freePort } from '../src/broker/ports.ts';
import { startChromium } from '../test/browser/browser.ts';
import { untilPlaying } from '../test/browser/player.ts';
import { untilLive } from '../test/browser/stage.ts';
import { inScope, type Owner } from '../test/support/owner.ts';
import { runCommand } from '../test/support/process.ts';
import { startSluice } from '../test/support/sluice.ts';
import { waitFor } from '../test/support/wait.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const largest = 200_000;
/** Small enough to be read where it is shown at half its width. */
const screen: BrowserContextOptions = { viewport: { width: 1040, height: 700 }, colorScheme: 'dark' };

const photos = 'drone-7/flight-12';
const others: readonly string[] = [
  ...[
    'till-17/2026-11-30/receipts.csv',
    'till-17/2026-11-30/door-0001.jpg',
    'till-17/2026-11-30/door-0002.jpg',
  ],
  ...[
    'scanner-2/invoices/4711.pdf',
    'scanner-2/delivery notes/Überweisung.pdf',
    'office/payroll/november.xlsx',
  ],
];

await inScope(async (owner) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-screenshots-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const broker = await startBroker();
  owner.after(() => broker.stop());
  const start = (...args: string[]) =>
    startSluice(owner, [...args, '--bootstrap-servers', broker.bootstrapServers], { cwd: folder });
  const port = await freePort('127.0.0.1', new Set());
  const watch = `http://127.0.0.1:${port}`;
  // Before all others: they tell of themselves where it has made the topics for that.
  const consoleUrl = await urlOf(start('console', '--port', '0', '--watch-url', watch, '--json').output);
  await delay(5000);
  await startTransfers(folder, start);
  start('live', 'publish', '--stream', 'north-hall', '--input', 'test', '--size', '640x360');
  await urlOf(start('serve', '--port', String(port), '--json').output);
  await untilLive(watch, 'north-hall', 3);
  await mkdir(images, { recursive: true });
  const browser = await startBrowser(owner);

  const live = await openPage(browser);
  await live.goto(`${watch}/?stream=north-hall`);
  await untilPlaying(live, 'the stream');
  await live.keyboard.press('m');
  // So that there is something to rewind, and the console has something to plot.
  await writeFiles(folder);
  await live.keyboard.press('j');
  await delay(5000);
  await live.mouse.move(500, 300);
  await take(live, 'live');

  const page = await openPage(browser);
  await page.goto(`${consoleUrl}/#/overview`);
  await page.locator('.canvas canvas').first().waitFor();
  await delay(3000);
  await take(page, 'console');
  await page.goto(`${consoleUrl}/#/files`);
  await page.locator('#view-files .rows .row:not([hidden])').first().waitFor();
  await delay(2000);
  await take(page, 'console-files');
});

/** Who sends and receives: also somebody who is slow, and an office of whose files nobody here has the key. */
async function startTransfers(folder: string, start: (...args: string[]) => unknown): Promise<void> {
  await writeFile(join(folder, 'passphrase'), 'only for the office\n');
  for (const uploader of ['drone-7', 'till-17', 'scanner-2', 'office']) {
    await mkdir(join(folder, uploader));
    const secret = uploader === 'office' ? ['--encrypt-passphrase-file', 'passphrase'] : [];
    start('upload', '--from', uploader, '--topic', 'files', '--name', uploader, '--min-age', '0', ...secret);
  }
  start('download', '--topic', 'files', '--to', 'headquarters', '--name', 'headquarters');
  start('download', '--topic', 'files', '--to', 'archive', '--name', 'archive', '--bandwidth', '500k');
}

/** What they send, for as long as it takes to have something to plot. */
async function writeFiles(folder: string): Promise<void> {
  const write = async (path: string, size: number): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), randomBytes(size));
  };
  for (let number = 1; number <= 16; number++) {
    await write(`${photos}/${String(number).padStart(4, '0')}.jpg`, 3_000_000 + 100_000 * number);
    await delay(3000);
  }
  for (const [index, path] of others.entries()) await write(path, 90_000 * (index + 1));
  await delay(5000);
}

async function urlOf(output: { readonly stdout: string; readonly stderr: string }): Promise<string> {
  const found = await waitFor(() => /"type":"serving","url":"([^"]+)"/.exec(output.stdout)?.[1], {
    what: 'the address of a server',
    timeout: 120_000,
  }).catch((cause: unknown) => {
    throw new Error(`no server: ${output.stderr}`, { cause });
  });
  return found.replace(/\/$/, '');
}

async function startBrowser(owner: Owner): Promise<Browser> {
  const browser = await startChromium();
  owner.after(() => browser.close());
  return browser;
}

async function openPage(browser: Browser): Promise<Page> {
  return (await browser.newContext(screen)).newPage();
}

/** A picture of what is seen, by FFmpeg brought to few colours. */
async function take(page: Page, name: string): Promise<void> {
  const [whole, file] = [join(tmpdir(), `sluice-${process.pid}-${name}.png`), join(images, `${name}.png`)];
  await page.screenshot({ path: whole });
  const palette = 'split[a][b];[a]palettegen=max_colors=128[p];[b][p]paletteuse=dither=none';
  const args = ['-loglevel', 'error', '-y', '-i', whole, '-vf', palette, file];
  const { code, stderr } = await runCommand('ffmpeg', args);
  await rm(whole);
  if (code !== 0) throw new Error(`ffmpeg: ${stderr}`);
  const { size } = await stat(file);
  process.stdout.write(`${file}: ${Math.round(size / 1000)} kB\n`);
  if (size > largest) throw new Error(`${file} has more than ${largest} bytes`);
}
