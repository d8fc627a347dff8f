/** Files that are dropped onto the console: they arrive as they were, also when the page is left in the middle. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startFixture } from '../console/fixture-server.ts';
import { drop, violationsOf } from '../console/page.ts';
import { temporaryFolder } from '../support/folder.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';

/** Bytes of no pattern; the same for each name. */
function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = size | 1; at < size; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function open(t: TestContext, url: string): Promise<Page> {
  const page = await openPage(t);
  // Whether to leave a page that sends is asked.
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(url);
  await page.getByRole('button', { name: 'Send files' }).waitFor();
  return page;
}

async function arrives(path: string, bytes: Buffer): Promise<void> {
  await waitFor(async () => (await readFile(path)).equals(bytes), { what: `${path} is there, as it was` });
}

test('files and folders that are dropped arrive under their paths', async (t) => {
  const server = await startFixture(t, { every: 0, files: 20 });
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'trip', 'day 1'), { recursive: true });
  const files = {
    'trip/empty.txt': 0,
    'trip/a.bin': 70_000,
    'trip/day 1/ü – 東京.bin': 3000,
    'alone.bin': 12,
  };
  for (const [path, size] of Object.entries(files)) await writeFile(join(folder, path), bytesOf(size));
  const page = await open(t, server.url);
  await drop(page, [join(folder, 'trip'), join(folder, 'alone.bin')]);
  for (const [path, size] of Object.entries(files)) await arrives(join(server.ready, path), bytesOf(size));
  const tray = page.getByRole('region', { name: '4 files sent' });
  await tray.waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await tray.getByRole('button', { name: 'Close' }).click();
  await tray.waitFor({ state: 'hidden' });
});

test('a page that is left in the middle says what is to be dropped again, and goes on where it was', async (t) => {
  const server = await startFixture(t, { every: 0, files: 20 });
  const folder = await temporaryFolder(t);
  const large = bytesOf(24_000_000);
  await writeFile(join(folder, 'large.bin'), large);
  await writeFile(join(folder, 'small.bin'), 'small');
  const page = await open(t, server.url);
  // A line of 12 MB/s: the page is left before all of it went.
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const line = { offline: false, latency: 0, downloadThroughput: -1 };
  await session.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: 3_000_000 });
  await drop(page, [join(folder, 'small.bin'), join(folder, 'large.bin')]);
  await arrives(join(server.ready, 'small.bin'), Buffer.from('small'));
  await page.getByText(/[1-9]\d? % of 24 MB/).waitFor();
  await page.getByRole('button', { name: 'Pause large.bin' }).click();
  await page.getByText(/Paused at [1-9]/).waitFor();
  await page.reload();
  await page.getByText('1 file was not finished when the page was left.').waitFor();
  assert.deepEqual(await violationsOf(page), []);

  await session.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 });
  const begun: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') begun.push(Number(request.headers()['upload-offset']));
  });
  await drop(page, [join(folder, 'small.bin'), join(folder, 'large.bin')]);
  await arrives(join(server.ready, 'large.bin'), large);
  assert.ok((begun[0] ?? 0) > 0, 'it began where it was');
  assert.equal(begun.length, 1, 'the small one was not sent again');
});

test('a server that is started anew is waited for, and what is refused says why', async (t) => {
  const server = await startFixture(t, { every: 0, files: 20 });
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'late.bin'), 'late');
  const page = await open(t, server.url);
  const { port } = new URL(server.url);
  await server.close();
  await drop(page, [join(folder, 'late.bin')]);
  await page.getByText('It is tried again.').waitFor();
  const other = await startFixture(t, { every: 0, files: 20, port: Number(port) });
  await arrives(join(other.ready, 'late.bin'), Buffer.from('late'));

  await page.route('**/uploads/', (route) => route.fulfill({ status: 400, body: 'that cannot be sent' }));
  await writeFile(join(folder, 'bad.bin'), 'bad');
  await drop(page, [join(folder, 'bad.bin')]);
  await page.getByText('that cannot be sent').waitFor();
  await page.unroute('**/uploads/');
  await page.getByRole('button', { name: 'Try bad.bin again' }).click();
  await arrives(join(other.ready, 'bad.bin'), Buffer.from('bad'));
});
