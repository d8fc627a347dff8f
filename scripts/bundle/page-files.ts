/** In the place of src/delivery/http/page-files.ts: the package has all of them in `dist/web`. */
import { readdir, readFile } from 'node:fs/promises';
import type { PageFile, PageFolder } from '../../src/delivery/http/page-files.ts';

/** Every file of a bundle lies one folder below `dist`. */
const web = new URL('../web/', import.meta.url);

/** Reads nothing before it is asked to. */
export async function pageFiles(page: PageFolder): Promise<readonly PageFile[]> {
  const folder = new URL(page === '' ? '' : `${page}/`, web);
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => ({ name, read: () => readFile(new URL(name, folder)) }));
}
