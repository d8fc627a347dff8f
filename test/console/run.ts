/**
 * The console at full size (`npm run test:console`): 50 uploaders, 10,000 files and 3 streams that change all the time; how evenly lists
 * scroll; 200 files and one of 2 GB dropped, the page loaded anew in the middle; what all of it takes of memory. `--url URL` looks at a console
 * that runs elsewhere, with whatever it shows; `--token TOKEN` is what it wants to be shown. Exit 1: something is not as it has to be.
 */
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../browser/browser.ts';
import { waitFor } from '../support/wait.ts';
import { framesOf, peakOf, residentOf, serverOf } from './measure.ts';
import { drop, violationsOf } from './page.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    size: { type: 'string', default: '2000' },
    files: { type: 'string', default: '200' },
  },
});
const large = Number(values.size) * 1_000_000;
const many = Number(values.files);
const patience = { timeout: 900_000, interval: 200 };
let isGood = true;

function tell(what: string, found: string, good = true): void {
  isGood &&= good;
  console.log(`${good ? 'ok  ' : 'BAD '} ${what.padEnd(46)} ${found}`);
}

const folder = await mkdtemp(join(tmpdir(), 'sluice-console-run-'));
const server = values.url === undefined ? await serverOf(join(folder, 'spool')) : undefined;
const browser = await startChromium();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => tell('the page threw', String(error), false));
  page.on('dialog', (dialog) => dialog.accept());
  const token = values.token === undefined ? '' : `#token=${values.token}`;
  const url = values.url ?? server?.url ?? '';
  await page.goto(`${url}${token}`);
  await page.getByRole('status').getByText('Live').waitFor();
  await scrolls(page, url);
  await everybody(page, url);
  await sends(page, browser, url);
  if (server !== undefined) {
    const peak = await peakOf(server.pid);
    tell("the server's memory, at most", `${Math.round(peak / 1e6)} MB`, peak <= 200e6);
  }
} finally {
  await browser.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isGood ? 0 : 1;

/** By as much in each frame as a wheel that is turned fast, through pages that are read on the way, then back by leaps. */
async function scrolls(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/files`);
  await page.locator('#view-files .rows .row:not([hidden])').first().waitFor();
  const rows = Number(await page.locator('#view-files .grid').getAttribute('aria-rowcount')) - 1;
  for (const step of [60, 900]) {
    const { median, p95, longest, rate, busy } = await framesOf(page, '#view-files .grid', step, 300);
    const found = `${rate.toFixed(1)} a second; ${median.toFixed(1)} ms (p95 ${p95.toFixed(1)}, longest ${longest.toFixed(0)}); of a processor ${busy.toFixed(1)} ms`;
    tell(`frames, ${rows} rows, ${step} pixels in each`, found, median < 17.5);
  }
}

async function everybody(page: Page, url: string): Promise<void> {
  const wrong: string[] = [];
  for (const view of ['overview', 'files', 'uploaders', 'downloaders', 'streams', 'topics']) {
    await page.goto(`${url}#/${view}`);
    await page.waitForTimeout(500);
    wrong.push(...(await violationsOf(page)));
  }
  tell('violations that axe-core finds', wrong.length === 0 ? 'none' : wrong.join('\n'), wrong.length === 0);
}

async function sends(page: Page, browser: Browser, url: string): Promise<void> {
  if (!(await page.getByRole('button', { name: 'Send files' }).isVisible()))
    return tell('drops', 'may not be made here');
  const paths: string[] = [];
  for (let index = 0; index < many; index += 1) {
    paths.push(join(folder, `small-${index}.bin`));
    await writeFile(paths[index] ?? '', Buffer.alloc(10_000 + index, index));
  }
  const big = join(folder, 'large.bin');
  await writeFile(big, '');
  await truncate(big, large);
  const end = await open(big, 'r+');
  await end.write(Buffer.from('the end'), 0, 7, large - 7);
  await end.close();

  await page.goto(`${url}#/overview`);
  const before = await residentOf(browser);
  let peak = before;
  const watch = setInterval(async () => {
    peak = Math.max(peak, await residentOf(browser).catch(() => 0));
  }, 500);
  const begun = performance.now();
  await drop(page, [big, ...paths]);
  await waitFor(() => progressOf(page).then((part) => part > 0.3), { ...patience, what: 'a third of it' });
  await page.reload();
  await page.getByText(/not finished when the page was left/).waitFor();
  let first: number | undefined;
  page.on('request', (request) => {
    const offset = Number(request.headers()['upload-offset']);
    if (request.method() === 'PATCH' && offset > 0) first ??= offset;
  });
  await drop(page, [big, ...paths]);
  await page
    .locator('#tray-title')
    .getByText(/ sent$/)
    .waitFor({ timeout: patience.timeout });
  clearInterval(watch);
  const seconds = (performance.now() - begun) / 1000;
  tell(`${many} files and one of ${large / 1e9} GB are there after`, `${seconds.toFixed(0)} s`);
  tell(
    'loaded anew in the middle, it went on at',
    `${((first ?? 0) / 1e6).toFixed(0)} MB`,
    (first ?? 0) > large * 0.2,
  );
  const more = (peak - before) / 1e6;
  tell("the browser's memory grew, at most, by", `${more.toFixed(0)} MB`, more < 250);
  if (server === undefined) return;
  const arrived = await server.arrived();
  tell('files that arrived, and bytes', `${arrived.files}, ${arrived.bytes}`, arrived.files === many + 1);
  tell('the last bytes of the large one', arrived.end, arrived.end === 'the end');
}

/** Of all bytes. */
async function progressOf(page: Page): Promise<number> {
  return Number(
    await page
      .locator('#tray progress')
      .first()
      .getAttribute('value')
      .catch(() => 0),
  );
}
