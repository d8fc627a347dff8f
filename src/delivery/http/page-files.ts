/**
 * The files of the pages, from where they stand: in the sources `web/` and `web/console/`, and what they need of packages. What is built has all of
 * them in such folders, or within the executable, and comes in the place of this module.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The page of live video, and the console's: folders below `web/`. */
export type PageFolder = '' | 'console';

/** Files of packages, by the names that a page knows them by. */
export const packagedFiles: Readonly<Record<PageFolder, Readonly<Record<string, string>>>> = {
  '': { 'hls.mjs': 'hls.js/dist/hls.light.min.mjs' },
  console: { 'uplot.mjs': 'uplot/dist/uPlot.esm.js', 'uplot.css': 'uplot/dist/uPlot.min.css' },
};

/** Files of the page of live video that another page has too, by the same names: everything of a page stands in one folder. */
export const sharedFiles: Readonly<Record<PageFolder, readonly string[]>> = {
  '': [],
  console: ['base.css', 'dom.js'],
};

const webFolder = fileURLToPath(new URL('../../../web/', import.meta.url));

/** Reads a file when it is asked for. */
export interface PageFile {
  readonly name: string;
  read(): Promise<Buffer>;
}

/** A folder that is not there is an empty page: the streams are served all the same. */
export async function pageFiles(folder: PageFolder): Promise<readonly PageFile[]> {
  const from = join(webFolder, folder);
  const names = await readdir(from).catch(() => []);
  const own = names.map((name) => ({ name, read: () => readFile(join(from, name)) }));
  const shared = sharedFiles[folder].map((name) => ({ name, read: () => readFile(join(webFolder, name)) }));
  const packaged = Object.entries(packagedFiles[folder]).map(([name, specifier]) => ({
    name,
    read: () => readFile(fileURLToPath(import.meta.resolve(specifier))),
  }));
  return [...own, ...shared, ...packaged];
}
