/**
 * Glass to glass: what a camera's clock said when a picture was taken, read back from a browser's screen. Encoder, Kafka, server, browsers
 * and load share the machine.
 *
 *     node bench/live/glass.ts [--joins 10] [--seconds 8] [--viewers 200] [--publisher "--part-target 150ms"] [--output FILE]
 *
 * Prints the table and adds it to `bench/results/<date>-live.md`. Needs FFmpeg and Chromium.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../../test/browser/browser.ts';
import { machineFacts } from '../../test/support/machine.ts';
import { quantile } from '../statistics.ts';
import { barePage, serveBarePage } from './bare-page.ts';
import { playlistsOf, startCrowd } from './crowd.ts';
import { quantiles } from './figures.ts';
import { setStage, streamName } from './stage.ts';
import { type Join, joins, together } from './watching.ts';

const date = new Date().toISOString().slice(0, 10);
const { values } = parseArgs({
  options: {
    joins: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '8' },
    viewers: { type: 'string', default: '200' },
    /** What the publisher is told beside the rest, in one word. */
    publisher: { type: 'string', default: '' },
    output: {
      type: 'string',
      default: fileURLToPath(new URL(`../results/${date}-live.md`, import.meta.url)),
    },
  },
});
const publisher = values.publisher.split(' ').filter((word) => word !== '');
const [count, seconds, viewers] = [Number(values.joins), Number(values.seconds), Number(values.viewers)];
if (!(count >= 1 && seconds >= 3 && viewers >= 0)) {
  throw new Error('--joins is to be at least 1, --seconds at least 3, --viewers at least 0');
}

interface Line {
  readonly what: string;
  readonly glass: string;
  readonly first: string;
  readonly stalls: string;
  readonly load: string;
}

const lines: Line[] = [];
const notes: string[] = [];
const loads: number[] = [];
let partTarget = '';

/** As the stream's playlist tells it. */
async function partTargetOf(url: string): Promise<string> {
  const [path = ''] = await playlistsOf(url, streamName);
  const text = await (await fetch(`${url}${path}`)).text();
  return `${Math.round(Number(/PART-TARGET=([\d.]+)/.exec(text)?.[1]) * 1000)} ms`;
}

function tell(what: string, found: readonly Join[], more = ''): void {
  const stalled = found.filter(({ stalls }) => stalls > 0).length;
  const firsts = found.map(({ firstPicture }) => firstPicture);
  loads.push(loadavg()[0] ?? 0);
  lines.push({
    what,
    glass: quantiles(found.flatMap(({ ages }) => ages)),
    first: `${quantile(firsts, 0.5).toFixed(0)} (${Math.min(...firsts).toFixed(0)} to ${Math.max(...firsts).toFixed(0)})`,
    stalls: `${stalled} of ${found.length}${more}`,
    load: (loadavg()[0] ?? 0).toFixed(1),
  });
  console.error(Object.values(lines.at(-1) ?? {}).join(' | '));
  for (const { firstPicture, ages, longestStill, stalls, jumps, fatal } of found) {
    console.error(
      `  first ${firstPicture.toFixed(0)}, ages ${quantiles(ages)}, longest still ${longestStill.toFixed(0)}, ${stalls} stalls, ${jumps} jumps, ${fatal} fatal`,
    );
  }
}

async function measure(browser: Browser): Promise<void> {
  const parts = await setStage({ publisher: ['--chunks', 'part', ...publisher] });
  try {
    partTarget = await partTargetOf(parts.url);
    const bare = (page: Page) => serveBarePage(page, streamName);
    const url = `${parts.url}${barePage}`;
    tell('hls.js with its own defaults', await joins(browser, url, Math.min(count, 6), seconds, bare));
    const page = `${parts.url}/?stream=${streamName}&latency=low`;
    tell(`LL-HLS, ${count} joins`, await joins(browser, page, count, seconds));
    const three = await together(browser, page, 3, seconds);
    tell('LL-HLS, 3 pages together', three.joins);
    notes.push(`Between 3 pages that joined 0.7 s apart: ${quantiles(three.spreads)} ms.`);
    const lowest = `${parts.url}/?stream=${streamName}&latency=lowest`;
    tell('WebSocket, whole parts', await joins(browser, lowest, Math.min(count, 5), seconds));
    if (viewers > 0) {
      const crowd = await startCrowd(parts.url, streamName, viewers);
      try {
        tell(`LL-HLS beside ${viewers} viewers`, await joins(browser, page, 3, seconds));
      } finally {
        await crowd.stop();
      }
    }
  } finally {
    await parts.stop();
  }
  const frames = await setStage({ publisher: ['--chunks', 'frame', ...publisher] });
  try {
    const bare = (page: Page) => serveBarePage(page, streamName);
    const url = `${frames.url}${barePage}`;
    tell('hls.js, single pictures', await joins(browser, url, Math.min(count, 6), seconds, bare));
    const page = `${frames.url}/?stream=${streamName}&latency=lowest`;
    tell('WebSocket, single pictures, 5 joins', await joins(browser, page, Math.min(count, 5), seconds));
    const three = await together(browser, page, 3, seconds);
    tell('WebSocket, 3 pages together', three.joins);
    notes.push(`Between 3 pages by WebSocket: ${quantiles(three.spreads)} ms.`);
  } finally {
    await frames.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
const browser = await startChromium();
try {
  await measure(browser);
} finally {
  await browser.close();
}
const page = [
  `## Glass to glass, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  '',
  `${machineFacts()}. 640x360, 30 pictures a second, 1 Mb/s and sound, keyframes each second, parts of ${partTarget}. Pages joined one after the other,`,
  `each watched for ${seconds} s; pictures from a second after the first one on. Load over the last minute: ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} on ${cpus().length} processors.`,
  '',
  '| | age of a picture when shown, ms: p50 / p95 / p99 | first picture after opening, ms | joins that stalled | load |',
  '|---|---|---|---|---|',
  ...lines.map((line) => `| ${Object.values(line).join(' | ')} |`),
  '',
  ...notes,
  '',
  '',
].join('\n');
console.log(page);
await mkdir(dirname(values.output), { recursive: true });
await appendFile(values.output, page);
