/** In the place of src/delivery/http/page-files.ts: the package has all of them in `dist/web`. */
import { readdir, readFile } from 'node:fs/promises';
import type { PageFile } from '../../src/delivery/http/page-files.ts';

/** Every file of a bundle lies one folder below `dist`. */
const folder = new URL('../web/', import.meta.url);

/** Reads nothing before it is asked to. */
export async function pageFiles(): Promise<readonly PageFile[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => ({ name, read: () => readFile(new URL(name, folder)) }));
}
