/** What the run at full size measures. */
import { spawn } from 'node:child_process';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

export interface Frames {
  /** Milliseconds between two frames. */
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
  /** Frames a second. */
  readonly rate: number;
  /** Milliseconds of a processor that the page's own thread took for each, whatever else the machine did. */
  readonly busy: number;
}

interface PageGlobals {
  readonly document: { querySelector(selector: string): { scrollTop: number } };
  requestAnimationFrame(draw: (time: number) => void): void;
}

/** Scrolls by so many pixels in each of so many frames; what is between frames is what somebody sees of it. */
export async function framesOf(page: Page, selector: string, step: number, count: number): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const before = await spent();
  const times = await page.evaluate(
    ({ selector, step, count }) =>
      new Promise<number[]>((resolve) => {
        const { document, requestAnimationFrame } = globalThis as unknown as PageGlobals;
        const list = document.querySelector(selector);
        const times: number[] = [];
        const draw = (time: number): void => {
          times.push(time);
          list.scrollTop += step;
          if (times.length <= count) requestAnimationFrame(draw);
          else resolve(times);
        };
        requestAnimationFrame(draw);
      }),
    { selector, step, count },
  );
  const busy = (1000 * ((await spent()) - before)) / count;
  await session.detach();
  const between = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = between.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const all = between.reduce((sum, one) => sum + one, 0);
  return { median: at(0.5), p95: at(0.95), longest: at(1), rate: (1000 * between.length) / all, busy };
}

async function statusOf(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

/** Bytes that a process had resident at most. */
export function peakOf(pid: number): Promise<number> {
  return statusOf(pid, 'VmHWM');
}

/** Bytes that all processes of a browser have resident, each with what it shares. */
export async function residentOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = await Promise.all(processInfo.map(({ id }) => statusOf(id, 'VmRSS').catch(() => 0)));
  return sizes.reduce((sum, one) => sum + one, 0);
}

export interface SpawnedServer {
  readonly url: string;
  readonly pid: number;
  /** What came, and the last bytes of the largest file. */
  arrived(): Promise<{ readonly files: number; readonly bytes: number; readonly end: string }>;
  close(): Promise<void>;
}

/** The console over a cluster that is made up, in a process of its own. */
export async function serverOf(spool: string): Promise<SpawnedServer> {
  const program = fileURLToPath(new URL('fixture-server.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '0', '--spool', spool], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout });
  const [url] = await Promise.race([
    new Promise<string[]>((resolve) => lines.once('line', (line) => resolve([line]))),
    ended.then(() => []),
  ]);
  if (url === undefined || child.pid === undefined) throw new Error('the server did not begin');
  const ready = join(spool, 'ready');
  return {
    url,
    pid: child.pid,
    async arrived() {
      const names = await readdir(ready);
      const files = await Promise.all(
        names.map(async (name) => ({ name, size: (await stat(join(ready, name))).size })),
      );
      const [largest] = files.toSorted((a, b) => b.size - a.size);
      const end = largest === undefined ? '' : await lastBytes(join(ready, largest.name), 7);
      return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), end };
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}

async function lastBytes(path: string, count: number): Promise<string> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(count), 0, count, Math.max(0, size - count));
    return buffer.toString();
  } finally {
    await handle.close();
  }
}
