/** The types of the library's face, and no others. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathBetween } from './project.ts';

/** What a declaration is told by: `from '…'` and `import('…')`. */
const named = /^(?:import|export) [^'"]*?from ['"]([^'"]+)['"];$|\bimport\(['"]([^'"]+)['"]\)/gm;

/** Of a text of declarations. */
export function namedBy(text: string): string[] {
  return [...text.matchAll(named)].map(([, from, imported]) => from ?? imported ?? '');
}

/** Copies what `face` reaches. Throws where that is of a package: whoever compiles against Sluice would need it. */
export async function copyDeclarations(from: string, face: string, to: string): Promise<number> {
  const todo = [join(from, face)];
  const done = new Set<string>();
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (done.has(path)) continue;
    done.add(path);
    for (const name of namedBy(await readFile(path, 'utf8'))) {
      if (name.startsWith('.')) todo.push(resolve(dirname(path), name.replace(/\.[jt]s$/, '.d.ts')));
      else if (!name.startsWith('node:'))
        throw new Error(
          `${pathBetween(from, path)}: the types of the library's face are told by those of ${name}`,
        );
    }
    const target = join(to, pathBetween(from, path));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(path, target);
  }
  return done.size;
}
