/** Names of the options that the library's functions take, read from the source of their interfaces. */
import { globSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Interface -> its text from `extends` on. */
const interfaces = new Map(
  globSync('src/**/{*options,encryption,keyring,recipients}.ts', { cwd: root }).flatMap((file) => {
    const text = readFileSync(new URL(file, root), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    return [...text.matchAll(/^export interface (\w+)\s*([^{]*)\{(?:\}|\n(.*?)^\})/gms)].map(
      ([, name = '', head = '', body = '']) => [name, { head, body }] as const,
    );
  }),
);

/** The members of an options interface, and of those that it extends. Throws for one that is not there. */
export function optionsOf(name: string): string[] {
  const found = interfaces.get(name);
  if (found === undefined) throw new Error(`no interface ${name}`);
  const own = [...found.body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = '']) => member);
  const picked = [...found.head.matchAll(/'(\w+)'/g)].map(([, member = '']) => member);
  const head = found.head.replaceAll(/\w+<[^>]*>/g, '');
  const others = [...head.matchAll(/\b([A-Z]\w+)/g)].flatMap(([, other = '']) => optionsOf(other));
  return [...new Set([...own, ...picked, ...others])];
}
