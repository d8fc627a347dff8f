/** Where things stand that are bundled. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../..', import.meta.url));
export const packages = join(project, 'node_modules');
export const source = join(project, 'src');
export const dist = join(project, 'dist');

/** What stands beside this file. */
export function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** With `/`, on any system. */
export function pathBetween(from: string, to: string): string {
  return relative(from, to).split('\\').join('/');
}
