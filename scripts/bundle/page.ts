/** What the pages are made of, in a folder and those below it. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assetTypes } from '../../src/delivery/http/assets.ts';
import { type PageFolder, packagedFiles, sharedFiles } from '../../src/delivery/http/page-files.ts';
import { project } from './project.ts';

const pages = Object.entries(packagedFiles) as [PageFolder, Readonly<Record<string, string>>][];

/** Copies what is served of `web/`, and of packages. Gives the names of the files, below `to`. */
export async function layOutPages(to: string): Promise<readonly string[]> {
  const laidOut: string[] = [];
  for (const [page, packaged] of pages) {
    const from = join(project, 'web', page);
    await mkdir(join(to, page), { recursive: true });
    // What is written for people, or for those who write the page, stays.
    const served = (await readdir(from).catch(() => [])).filter((name) => extname(name) in assetTypes);
    const files = [
      ...served.map((name) => [name, join(from, name)] as const),
      ...sharedFiles[page].map((name) => [name, join(project, 'web', name)] as const),
      ...Object.entries(packaged).map(
        ([name, specifier]) => [name, fileURLToPath(import.meta.resolve(specifier))] as const,
      ),
    ];
    for (const [name, path] of files) {
      const below = page === '' ? name : `${page}/${name}`;
      await copyFile(path, join(to, below));
      laidOut.push(below);
    }
  }
  return laidOut;
}

/** The folders of the packages that these are of, below the project. */
export const packagesOfPages = [
  ...new Set(pages.flatMap(([, packaged]) => Object.values(packaged)).map(packageOf)),
];

function packageOf(specifier: string): string {
  const [name = '', second = ''] = specifier.split('/');
  return `node_modules/${name.startsWith('@') ? `${name}/${second}` : name}`;
}
