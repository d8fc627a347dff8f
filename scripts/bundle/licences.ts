/** The licences of the packages whose code is within a bundle. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { mitLicence } from './mit.ts';
import { project } from './project.ts';

/** Packages that come without the text of the licence that they name: whose they are. */
const withoutText: Readonly<Record<string, string>> = {
  '@nodable/entities': mitLicence('Amit Gupta'),
  '@tus/utils': mitLicence('2015 tus - Resumable File Uploads'),
  'abstract-logging': mitLicence('James Sumners'),
  'data-uri-to-buffer': mitLicence('2014 Nathan Rajlich'),
};

/** Sluice is licensed by it too. */
const apache = "The text of the Apache License 2.0 is that of Sluice's own file LICENSE.";

/** The folders of packages that a bundle is made of, below the project. */
export function packagesWithin(metafile: Metafile): string[] {
  const folders = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort();
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(project, folder, 'package.json'), 'utf8'),
  );
  const files = (await readdir(join(project, folder))).filter((file) =>
    /^(?:licen[cs]e|copying|notice)/i.test(file),
  );
  const texts = await Promise.all(files.sort().map((file) => readFile(join(project, folder, file), 'utf8')));
  const known = withoutText[name] ?? (license === 'Apache-2.0' ? apache : undefined);
  const text = texts.length > 0 ? texts.map((one) => one.trim()).join('\n\n') : known;
  if (text === undefined)
    throw new Error(
      `${name} ${version} (${license}) comes without the text of its licence: see ${import.meta.filename}`,
    );
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}

/** One text, by the names of the packages. Throws where one brings none. */
export async function licences(folders: readonly string[]): Promise<string> {
  const head = 'The code of these packages is within Sluice, by these licences.\n';
  return [head, ...(await Promise.all(folders.map(licenceOf)))].join('\n');
}
