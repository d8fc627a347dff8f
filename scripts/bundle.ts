/**
 * Makes few files of the command line's many, in `dist/cli`: what is loaded at the start is what makes that slow. All other modules of
 * `dist` stay, for whoever imports the library, and for threads, which begin with a file of their own.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const project = fileURLToPath(new URL('..', import.meta.url));
const dist = join(project, 'dist');
const made = join(dist, 'cli');

/** A module asks for what lies beside it by its own place, which is another one in the bundle. */
const places: Plugin = {
  name: 'places',
  setup(bundle) {
    bundle.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(dist)) return undefined;
      const text = await readFile(path, 'utf8');
      const place = JSON.stringify(relative(made, path).split('\\').join('/'));
      return { contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) };
    });
  },
};

/** Zod is the one package that comes along: it has a file for each of 50 languages, and loads all of them. We speak one of our own. */
const languages: Plugin = {
  name: 'languages',
  setup(bundle) {
    const none = { path: 'none', namespace: 'languages' };
    bundle.onResolve({ filter: /\/locales\/index\.js$/ }, () => none);
    bundle.onLoad({ filter: /^/, namespace: 'languages' }, () => ({ contents: 'export {};' }));
  },
};

const packages: Plugin = {
  name: 'packages',
  setup(bundle) {
    bundle.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path === 'zod' || path.startsWith('zod/')
        ? undefined
        : { path, external: true },
    );
  },
};

const { outputFiles } = await build({
  entryPoints: [join(made, 'main.js')],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24.12',
  outdir: made,
  chunkNames: 'part-[hash]',
  legalComments: 'none',
  plugins: [packages, languages, places],
  write: false,
});
await rm(made, { recursive: true });
await mkdir(made);
for (const { path, contents } of outputFiles) {
  await writeFile(path, contents);
}
await copyFile(join(project, 'node_modules/zod/LICENSE'), join(made, 'LICENSE.zod'));
