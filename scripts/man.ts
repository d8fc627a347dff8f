/** Writes the manual pages of all verbs to `dist/man`, or the folder that is named. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgram } from '../src/cli/program.ts';
import { manPages } from '../src/cli/shown/man.ts';
import { shownVerb } from '../src/cli/shown/tree.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const { version }: { version: string } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
const folder = process.argv[2] ?? join(project, 'dist/man');
await mkdir(folder, { recursive: true });
for (const [name, text] of manPages('sluice', version, shownVerb(createProgram(version)))) {
  await writeFile(join(folder, name), text);
}
