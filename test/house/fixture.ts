/** Small projects that break the rules of the house. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { readSource, type SourceFacts } from './source.ts';

/** A small project with the given files, parsed as the real one is. */
export async function fixture(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<readonly SourceFacts[]> {
  const folder = await temporaryFolder(t);
  const options = { module: 'NodeNext', allowImportingTsExtensions: true, noEmit: true, types: [] };
  const all = { 'tsconfig.json': JSON.stringify({ compilerOptions: options, include: ['src'] }), ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return readSource(folder);
}
