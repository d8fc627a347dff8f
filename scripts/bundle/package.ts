/**
 * Makes few files of many, in `dist`: the library's face, the command, and what threads begin with, together with the packages that they need.
 * What is loaded at the start makes that slow, and what is installed besides makes a package large: docs/adr/0314-packages-come-along.md.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { copyDeclarations } from './declarations.ts';
import { licences, packagesWithin } from './licences.ts';
import { layOutPages, packagesOfPages } from './page.ts';
import { common, replaced } from './plugins.ts';
import { beside, dist, project, source } from './project.ts';

const { version, dependencies, peerDependencies } = JSON.parse(
  await readFile(join(project, 'package.json'), 'utf8'),
);

/** A package of others asks for it at its start; ours is loaded by name (`optional-package.ts`), and is the user's. */
const ofOthers = new Set(['@opentelemetry/api']);
const external = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !ofOthers.has(name));

/** Every file lies one folder below `dist`, whichever esbuild puts a module into. */
const begun = {
  'library/index': 'index.ts',
  'cli/main': 'cli/main.ts',
  'threads/files-hashing-main': 'files/hashing/main.ts',
  'threads/kafka-wire-block-encoder-thread': 'kafka/wire/block-encoder-thread.ts',
};

const { outputFiles, metafile } = await build({
  absWorkingDir: project,
  entryPoints: Object.entries(begun).map(([out, file]) => ({ in: join(source, file), out })),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24.12',
  outdir: dist,
  chunkNames: 'parts/[hash]',
  legalComments: 'none',
  // The text of what is loaded stays in memory. Names and lines stay too, so that a stack says where.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  external,
  define: { SLUICE_VERSION: JSON.stringify(version) },
  // Packages that are CommonJS ask for Node's own modules by it.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  plugins: [
    replaced({
      'version.ts': beside('version.ts'),
      'delivery/http/page-files.ts': beside('page-files.ts'),
      'thread.ts': beside('thread.ts'),
    }),
    ...common,
  ],
  metafile: true,
  write: false,
});
for (const { path, contents } of outputFiles) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
await layOutPages(join(dist, 'web'));
await copyDeclarations(join(dist, 'declared'), 'index.d.ts', join(dist, 'types'));
await writeFile(
  join(dist, 'LICENSES.txt'),
  await licences([...packagesWithin(metafile), ...packagesOfPages]),
);
if (process.argv[2] === '--analyze') await writeFile(join(dist, 'meta.json'), JSON.stringify(metafile));
