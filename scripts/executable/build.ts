/**
 * Makes `sluice` as one file for each system that is named, or for this one: Node's program, with the bundled command written into it.
 * `npm run build:executable -- [TARGET ...] [--pack]`; `--pack` makes archives too. docs/executable.md.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { project } from '../bundle/project.ts';
import { type Bundle, bundleCommand } from './bundle.ts';
import { inject } from './inject.ts';
import { fetchPackage } from './packages.ts';
import { type Target, targets } from './targets.ts';

const run = promisify(execFile);
const folder = join(project, 'build/executable');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pack: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
});

function chosen(): readonly Target[] {
  if (values.all) return targets;
  const names = positionals.length > 0 ? positionals : [`${process.platform}-${process.arch}`];
  return names.map((name) => {
    const found = targets.find((target) => target.name === name);
    if (found !== undefined) return found;
    throw new Error(
      `no executable is made for ${name}, but for ${targets.map((one) => one.name).join(', ')}`,
    );
  });
}

/** Of what a debugger reads nothing remains. After the bundle is in, the program would not start any more. */
async function strip(program: string, target: Target): Promise<void> {
  if (!target.name.startsWith('linux')) return;
  const isOwn = target.name === `${process.platform}-${process.arch}`;
  for (const tool of ['llvm-strip', ...(isOwn ? ['strip'] : ['aarch64-linux-gnu-strip'])]) {
    const isThere = await run(tool, ['--version']).then(
      () => true,
      () => false,
    );
    if (isThere) return void (await run(tool, [program]));
  }
  process.stderr.write(
    `executable: neither llvm-strip nor another is here for ${target.name}: it stays 18 MB larger\n`,
  );
}

async function make(target: Target, bundle: Bundle): Promise<string> {
  const made = join(folder, target.name);
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  const program = join(made, target.name.startsWith('windows') ? 'sluice.exe' : 'sluice');
  await copyFile(join(await fetchPackage(target.node), target.program), program);
  await chmod(program, 0o755);
  await strip(program, target);
  const addons: Record<string, string> = {};
  for (const [name, pinned] of Object.entries(target.addons)) {
    const from = await fetchPackage(pinned);
    const { main } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
    addons[`addons/${name}`] = join(from, main);
  }
  await inject(program, target, { main: bundle.main, assets: { ...bundle.assets, ...addons } });
  await copyFile(join(project, 'LICENSE'), join(made, 'LICENSE'));
  await writeFile(join(made, 'LICENSES.txt'), bundle.licences);
  // All are of one release, and not every package of it has the text.
  await copyFile(join(await fetchPackage(targets[0]!.node), 'LICENSE'), join(made, 'LICENSE.node'));
  return program;
}

async function pack(target: Target): Promise<void> {
  const archive = join(folder, `sluice-${target.name}.tar.xz`);
  await run('tar', ['-cJf', archive, '-C', join(folder, target.name), '.'], {
    env: { ...process.env, XZ_OPT: '-9e' },
  });
  const { size } = await stat(archive);
  process.stdout.write(`${archive} ${(size / 1e6).toFixed(1)} MB\n`);
}

const wanted = chosen();
await mkdir(folder, { recursive: true });
const bundle = await bundleCommand(join(folder, 'bundle'));
for (const target of wanted) {
  const program = await make(target, bundle);
  process.stdout.write(`${program} ${((await stat(program)).size / 1e6).toFixed(1)} MB\n`);
  if (values.pack) await pack(target);
}
