/** What the page is made of, in one folder. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assetTypes } from '../../src/delivery/http/assets.ts';
import { packagedFiles } from '../../src/delivery/http/page-files.ts';
import { project } from './project.ts';

/** Copies what is served of `web/`, and of packages. */
export async function layOutPage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(join(project, 'web'))) {
    if (extname(name) in assetTypes) await copyFile(join(project, 'web', name), join(folder, name));
  }
  for (const [name, specifier] of Object.entries(packagedFiles)) {
    await copyFile(fileURLToPath(import.meta.resolve(specifier)), join(folder, name));
  }
}

/** The folders of the packages that these are of, below the project. */
export const packagesOfPage = [...new Set(Object.values(packagedFiles).map(packageOf))];

function packageOf(specifier: string): string {
  const [name = '', second = ''] = specifier.split('/');
  return `node_modules/${name.startsWith('@') ? `${name}/${second}` : name}`;
}
