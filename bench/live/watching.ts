/** What is measured: pages that join one after the other, and pages that watch at the same time. */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { ages, longestStill, settled, spreads } from './figures.ts';
import { type Screen, type Shown, watch } from './screen.ts';

/** One page that joined. Milliseconds. */
export interface Join {
  readonly firstPicture: number;
  /** How old each picture was when it was shown, from a second after the first one on. */
  readonly ages: readonly number[];
  readonly longestStill: number;
  readonly stalls: number;
  readonly jumps: number;
  readonly fatal: number;
  /** Of the machine, over the last minute. */
  readonly load: number;
}

/** What a page goes through before its player stands where it wants to. Milliseconds after the first picture. */
const settling = 1000;

/** Empty windows. A browser is busy for a while with each; whoever opens a page has one already. */
async function openWindows(browser: Browser, count: number): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (let index = 0; index < count; index += 1) {
    const context = await browser.newContext({ viewport: { width: 960, height: 640 } });
    pages.push(await context.newPage());
  }
  await delay(1500);
  return pages;
}

async function closeScreen({ page }: Screen): Promise<void> {
  await page.context().close();
}

async function joinOf(screen: Screen): Promise<Join> {
  const shown = await screen.shown();
  const { stalls, jumps, fatal } = await screen.journey();
  return {
    firstPicture: await screen.firstPicture(),
    ages: ages(settled(shown, settling)),
    longestStill: longestStill(shown),
    ...{ stalls, jumps, fatal },
    load: loadavg()[0] ?? 0,
  };
}

/** Pages that join one after the other, each watched for some seconds. `prepare` is given each before it is opened. */
export async function joins(
  browser: Browser,
  url: string,
  count: number,
  seconds: number,
  prepare?: (page: Page) => Promise<void>,
): Promise<Join[]> {
  const found: Join[] = [];
  for (let index = 0; index < count; index += 1) {
    const [page] = await openWindows(browser, 1);
    await prepare?.(page!);
    const screen = await watch(page!, url);
    // No two joins at the same place of a segment: where a join lands decides its whole run.
    await delay(seconds * 1000 + ((index * 370) % 1000));
    found.push(await joinOf(screen));
    await closeScreen(screen);
  }
  return found;
}

/** Pages that watch together: how far apart what they show is, in milliseconds, and each by itself. */
export interface Together {
  readonly spreads: readonly number[];
  readonly joins: readonly Join[];
}

/** Several pages that joined 0.7 s apart, watched for some seconds after the last of them. */
export async function together(
  browser: Browser,
  url: string,
  count: number,
  seconds: number,
): Promise<Together> {
  const screens: Screen[] = [];
  for (const page of await openWindows(browser, count)) {
    screens.push(await watch(page, url));
    await delay(700);
  }
  await delay(seconds * 1000);
  const shown: readonly (readonly Shown[])[] = await Promise.all(screens.map((screen) => screen.shown()));
  const last = Math.max(...shown.map((each) => each[0]?.at ?? 0));
  const since = shown.map((each) => each.filter(({ at }) => at >= last + 3 * settling));
  const found = await Promise.all(screens.map(joinOf));
  for (const screen of screens) await closeScreen(screen);
  return { spreads: spreads(since), joins: found };
}
