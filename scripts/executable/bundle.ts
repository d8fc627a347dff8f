/** The command as one text of CommonJS, which is what Node's single executables run, and beside it what it has files for elsewhere. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { licences, packagesWithin } from '../bundle/licences.ts';
import { layOutPages, packagesOfPages } from '../bundle/page.ts';
import { common, replaced, rewritten } from '../bundle/plugins.ts';
import { beside, project, source } from '../bundle/project.ts';

function within(name: string): string {
  return fileURLToPath(new URL(`within/${name}.ts`, import.meta.url));
}

/** The addon of checksums is found, or made up for, by a module of ours, whoever asks for it. */
const checksums: Plugin = {
  name: 'checksums',
  setup(bundle) {
    bundle.onResolve({ filter: /^@node-rs\/crc32$/ }, () => ({ path: within('crc32') }));
  },
};

/** CommonJS waits for nothing on its way. */
const begun = rewritten('begun', 'cli/main.ts', (text) =>
  text.replace(/^await start\(\);$/m, 'void start();'),
);

async function bundleOf(entry: string, version: string): Promise<{ text: string; metafile: Metafile }> {
  const options = {
    absWorkingDir: project,
    entryPoints: [entry],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24.12',
    // Of modules of Node, which are there at once.
    supported: { 'dynamic-import': false },
    // Names stay, so that a stack says where.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    define: { SLUICE_VERSION: JSON.stringify(version), 'import.meta.url': '"file:///sluice"' },
    plugins: [
      checksums,
      replaced({
        'version.ts': beside('version.ts'),
        'delivery/http/page-files.ts': within('page-files'),
        'optional-package.ts': within('optional-package'),
        'thread.ts': within('thread'),
      }),
      begun,
      ...common,
    ],
    metafile: true,
    write: false,
  } as const satisfies BuildOptions;
  const { outputFiles, metafile } = await build(options);
  return { text: outputFiles[0]!.text, metafile };
}

/** Texts by the names of their assets: what threads begin with, and what few runs need. */
const texts = {
  'threads/files/hashing/main': join(source, 'files/hashing/main.ts'),
  'threads/kafka/wire/block-encoder-thread': join(source, 'kafka/wire/block-encoder-thread.ts'),
  'store-clients': within('store-clients'),
} as const;

/** What was written: the command's text, its assets by name, the modules that all of it asks for, and the licences. */
export interface Bundle {
  readonly main: string;
  readonly assets: Readonly<Record<string, string>>;
  readonly asked: readonly string[];
  readonly licences: string;
}

/** Writes it into a folder. */
export async function bundleCommand(folder: string): Promise<Bundle> {
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  await mkdir(folder, { recursive: true });
  const assets: Record<string, string> = {};
  const packages = new Set(packagesOfPages);
  const asked = new Set<string>();
  const write = async (name: string, entry: string): Promise<string> => {
    const { text, metafile } = await bundleOf(entry, version);
    const path = join(folder, `${name.replaceAll('/', '-')}.cjs`);
    await writeFile(path, text);
    for (const folderOf of packagesWithin(metafile)) packages.add(folderOf);
    for (const { imports } of Object.values(metafile.outputs)) for (const one of imports) asked.add(one.path);
    return path;
  };
  for (const [name, entry] of Object.entries(texts)) assets[name] = await write(name, entry);
  for (const name of await layOutPages(join(folder, 'web')))
    assets[`web/${name}`] = join(folder, 'web', name);
  const main = await write('main', join(source, 'cli/main.ts'));
  return { main, assets, asked: [...asked].sort(), licences: await licences([...packages].sort()) };
}
