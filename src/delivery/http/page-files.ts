/**
 * The files of the page, from where they stand: in the sources `web/`, and what it needs of packages. What is built has all of them in one folder, or
 * within the executable, and comes in the place of this module.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files of packages, by the names that the page knows them by. */
export const packagedFiles = {
  'hls.mjs': 'hls.js/dist/hls.light.min.mjs',
} as const;

const webFolder = fileURLToPath(new URL('../../../web/', import.meta.url));

/** Reads a file when it is asked for. */
export interface PageFile {
  readonly name: string;
  read(): Promise<Buffer>;
}

/** A folder that is not there is an empty page: the streams are served all the same. */
export async function pageFiles(): Promise<readonly PageFile[]> {
  const names = await readdir(webFolder).catch(() => []);
  const own = names.map((name) => ({ name, read: () => readFile(join(webFolder, name)) }));
  const packaged = Object.entries(packagedFiles).map(([name, specifier]) => ({
    name,
    read: () => readFile(fileURLToPath(import.meta.resolve(specifier))),
  }));
  return [...own, ...packaged];
}
