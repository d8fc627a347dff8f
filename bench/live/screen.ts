/** What a viewer's screen shows: the camera's times read back from the page's video, picture by picture. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { codeHeight, columns, height, rows, timeOf } from './barcode.ts';

/** A picture that was shown. Milliseconds since the epoch. */
export interface Shown {
  readonly at: number;
  /** What the camera's clock said. */
  readonly painted: number;
}

/** What the page went through, as its player counts it. */
export interface Journey {
  readonly stalls: number;
  readonly jumps: number;
  readonly renewals: number;
  readonly fatal: number;
}

/** A page that is being watched. */
export interface Screen {
  readonly page: Page;
  /** Everything that was shown so far, oldest first. */
  shown(): Promise<readonly Shown[]>;
  /** Milliseconds from the beginning of the navigation to the first picture; 0: there was none yet. */
  firstPicture(): Promise<number>;
  journey(): Promise<Journey>;
}

/** What `collect.js` and the page's `main.js` leave for us. */
interface PageGlobals {
  readonly collected: { readonly pictures: readonly [at: number, bits: string][]; readonly begun: number };
  readonly sluice: { readonly player: { readonly counts: Journey } };
}

const collector = fileURLToPath(new URL('collect.js', import.meta.url));
const blocks = { columns, rows, share: codeHeight / height };

/** Opens a URL in a page, and reads its video. Its owner closes the page. */
export async function watch(page: Page, url: string): Promise<Screen> {
  await page.addInitScript({ content: `globalThis.blocks = ${JSON.stringify(blocks)}` });
  await page.addInitScript({ path: collector });
  await page.goto(url, { waitUntil: 'commit' });
  return {
    page,
    async shown() {
      const pictures = await page.evaluate(() => (globalThis as unknown as PageGlobals).collected.pictures);
      return pictures.flatMap(([at, bits]) => {
        const painted = timeOf([...bits].map((bit) => bit === '1'));
        return painted === undefined ? [] : [{ at, painted }];
      });
    },
    firstPicture: () => page.evaluate(() => (globalThis as unknown as PageGlobals).collected.begun),
    journey: () => page.evaluate(() => ({ ...(globalThis as unknown as PageGlobals).sluice.player.counts })),
  };
}
