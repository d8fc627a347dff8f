/** What a bundle has to have otherwise than the modules say that it is made of. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { packages, pathBetween, source } from './project.ts';

/** Zod has a file for each of 50 languages, and loads all of them. We speak one of our own. */
const languages: Plugin = {
  name: 'languages',
  setup(bundle) {
    const none = { path: 'none', namespace: 'languages' };
    bundle.onResolve({ filter: /\/locales\/index\.js$/ }, () => none);
    bundle.onLoad({ filter: /^/, namespace: 'languages' }, () => ({ contents: 'export {};' }));
  },
};

/** Modules of ours, with their text changed. Throws where that changes nothing: then they say otherwise what they mean. */
export function rewritten(name: string, module: string, rewrite: (text: string) => string): Plugin {
  return {
    name,
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (pathBetween(source, path) !== module) return undefined;
        const text = await readFile(path, 'utf8');
        const contents = rewrite(text);
        if (contents === text) throw new Error(`${module} does not say what is looked for: see ${name}`);
        return { contents, loader: 'ts', resolveDir: dirname(path) };
      });
    },
  };
}

/** It loads modules of the library by their places beside its index, of which esbuild knows nothing. */
const codecs = rewritten('codecs', 'kafka/codecs.ts', (text) => {
  const library = join(packages, '@platformatic/kafka/dist');
  const imports: string[] = [];
  const body = text
    .replace(/^const index = .*$/m, '')
    .replaceAll(/await load<[^(]*>\(\s*'([^']+)',?\s*\)/g, (_, module: string) => {
      imports.push(`import * as library${imports.length} from ${JSON.stringify(join(library, module))};`);
      return `library${imports.length - 1}`;
    });
  if (body.includes('await load<'))
    throw new Error('kafka/codecs.ts loads something in a way that is not known');
  return `${imports.join('\n')}\n${body}`;
});

/** What is required where it is first needed has to be seen by esbuild to come along. */
const required = rewritten('required', 'cli/terminal/text.ts', (text) =>
  text.replaceAll('createRequire(import.meta.url)(', 'require('),
);

/** Of any bundle. */
export const common: readonly Plugin[] = [languages, codecs, required];

/** Other modules in the place of some of `src`: `version.ts` -> a file. */
export function replaced(modules: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'replaced',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const by = modules[pathBetween(source, path)];
        if (by === undefined) return undefined;
        return { contents: await readFile(by, 'utf8'), loader: 'ts', resolveDir: dirname(by) };
      });
    },
  };
}
