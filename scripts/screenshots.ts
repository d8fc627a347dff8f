/**
 * The pictures of README.md and the docs (`npm run screenshots`): a real Kafka, uploaders, downloaders and a stream, looked at in Chromium.
 * Writes `docs/images/*.png`, with 128 colours each, so that they stay small. Needs FFmpeg and Chromium.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBroker } from '../src/broker/broker.ts';
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

await inScope(async (owner) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-screenshots-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const broker = await startBroker();
  owner.after(() => broker.stop());
  const start = (...args: string[]) =>
    startSluice(owner, [...args, '--bootstrap-servers', broker.bootstrapServers], { cwd: folder });
  const watch = await urlOf(start('serve', '--port', '0', '--json').output);
  // Before all others: they tell of themselves where it has made the topics for that.
  const consoleUrl = await urlOf(start('console', '--port', '0', '--watch-url', watch, '--json').output);
  await delay(5000);
  await sendFiles(folder, start);
  start('live', 'publish', '--stream', 'north-hall', '--input', 'test', '--size', '1280x720');
  await untilLive(watch, 'north-hall', 3);
  await mkdir(images, { recursive: true });
  const browser = await startBrowser(owner);

  const live = await openPage(browser);
  await live.goto(`${watch}/?stream=north-hall`);
  await untilPlaying(live, 'the stream');
  await live.keyboard.press('i');
  // So that there is something to rewind, and the console has something to plot.
  await delay(60_000);
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

/** Who sends and receives: also somebody who is slow, and files that nobody here has the key of. */
async function sendFiles(folder: string, start: (...args: string[]) => unknown): Promise<void> {
  const names: Readonly<Record<string, readonly string[]>> = {
    'till-17': [
      '2026-11-30/receipts.csv',
      '2026-11-30/camera/door-0001.jpg',
      '2026-11-30/camera/door-0002.jpg',
    ],
    'scanner-2': ['invoices/4711.pdf', 'invoices/4712.pdf', 'delivery notes/Überweisung.pdf'],
    office: ['payroll/november.xlsx', 'payroll/october.xlsx'],
  };
  await writeFile(join(folder, 'passphrase'), 'only for the office\n');
  for (const [uploader, paths] of Object.entries(names)) {
    for (const [index, path] of paths.entries()) {
      const file = join(folder, uploader, path);
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, Buffer.alloc(400_000 * (index + 1), `${path} `));
    }
    const secret = uploader === 'office' ? ['--encrypt-passphrase-file', 'passphrase'] : [];
    start('upload', '--from', uploader, '--topic', 'files', '--name', uploader, '--min-age', '0', ...secret);
  }
  await mkdir(join(folder, 'drone-7'));
  const flight = ['--from', 'drone-7', '--name', 'drone-7', '--generate', '6MB@3s', '--min-age', '0'];
  start('upload', '--topic', 'files', ...flight);
  start('download', '--topic', 'files', '--to', 'headquarters', '--name', 'headquarters');
  start('download', '--topic', 'files', '--to', 'archive', '--name', 'archive', '--bandwidth', '500k');
}

async function urlOf(output: { readonly stdout: string; readonly stderr: string }): Promise<string> {
  const found = await waitFor(() => /"type":"serving","url":"([^"]+)"/.exec(output.stdout)?.[1], {
    what: 'the address of a server',
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
