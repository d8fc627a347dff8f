/** The command as one text of CommonJS, which is what Node's single executables run, and beside it what it has files for elsewhere. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { licences, packagesWithin } from '../bundle/licences.ts';
import { layOutPage, packagesOfPage } from '../bundle/page.ts';
import { common, replaced, rewritten } from '../bundle/plugins.ts';
import { beside, project, source } from '../bundle/project.ts';

const threads = ['files/hashing/main', 'kafka/wire/block-encoder-thread'];

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

async function bundleOf(module: string, version: string): Promise<{ text: string; metafile: Metafile }> {
  const options = {
    absWorkingDir: project,
    entryPoints: [join(source, `${module}.ts`)],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24.12',
    // Names stay, so that a stack says where.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    define: { SLUICE_VERSION: JSON.stringify(version), 'import.meta.url': '"file:///sluice"' },
    plugins: [
      checksums,
      replaced({
        'cli/version.ts': beside('version.ts'),
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

/** What was written: the command's text, its assets by name, and the licences of all. */
export interface Bundle {
  readonly main: string;
  readonly assets: Readonly<Record<string, string>>;
  readonly licences: string;
}

/** Writes it into a folder. */
export async function bundleCommand(folder: string): Promise<Bundle> {
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  const assets: Record<string, string> = {};
  const packages = new Set(packagesOfPage);
  await mkdir(join(folder, 'threads'), { recursive: true });
  for (const module of threads) {
    const { text, metafile } = await bundleOf(module, version);
    const path = join(folder, 'threads', `${module.replaceAll('/', '-')}.js`);
    await writeFile(path, text);
    assets[`threads/${module}`] = path;
    for (const name of packagesWithin(metafile)) packages.add(name);
  }
  await layOutPage(join(folder, 'web'));
  for (const name of await readdir(join(folder, 'web'))) assets[`web/${name}`] = join(folder, 'web', name);
  const { text, metafile } = await bundleOf('cli/main', version);
  const main = join(folder, 'main.cjs');
  await writeFile(main, text);
  for (const name of packagesWithin(metafile)) packages.add(name);
  await writeFile(join(folder, 'meta.json'), JSON.stringify(metafile));
  return { main, assets, licences: await licences([...packages].sort()) };
}
