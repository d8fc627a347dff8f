/** The console's page, as a test looks at it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

interface AxeGlobals {
  readonly axe?: { run(options: unknown): Promise<{ readonly violations: readonly Violation[] }> };
}

let axe: Promise<string> | undefined;

/** What axe-core finds on the page as it stands, by all rules but those that are experiments, or by those of colours alone; one line each. */
export async function violationsOf(page: Page, which?: 'of colours'): Promise<string[]> {
  axe ??= readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  if (!(await page.evaluate(() => (globalThis as unknown as AxeGlobals).axe !== undefined)))
    await page.evaluate(await axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const runOnly =
    which === undefined ? { type: 'tag', values: tags } : { type: 'rule', values: ['color-contrast'] };
  const violations = await page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as Required<AxeGlobals>;
    return (await axe.run({ runOnly, resultTypes: ['violations'] })).violations;
  }, runOnly);
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}

/** Drops files of this machine, folders too, as a hand does: a browser reads them from the disk. */
export async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  await session.detach();
}

/** How many pixels stick out at the side. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document, innerWidth } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number } };
      innerWidth: number;
    };
    return document.documentElement.scrollWidth - innerWidth;
  });
}
