/** Writes the bundle into Node's program, as Node's documentation of single executables says. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchPackage } from './packages.ts';
import { postject, type Target, targets } from './targets.ts';

const run = promisify(execFile);

/** What Node's program looks for to see that something is in it. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const name = 'NODE_SEA_BLOB';

type Inject = (
  program: string,
  name: string,
  blob: Buffer,
  options: { readonly sentinelFuse: string },
) => Promise<void>;

/** What a program gets: a text of CommonJS, and files by names. */
export interface Contents {
  readonly main: string;
  readonly assets: Readonly<Record<string, string>>;
}

export async function inject(program: string, target: Target, { main, assets }: Contents): Promise<void> {
  const own = targets.find((one) => one.name === `${process.platform}-${process.arch}`);
  const isOwn = own?.name === target.name;
  const config = join(dirname(main), `${target.name}.json`);
  const output = join(dirname(main), `${target.name}.blob`);
  await writeFile(
    config,
    JSON.stringify({
      ...{ main, output, assets },
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      // What one processor's Node compiled, that of another does not take.
      useCodeCache: isOwn,
    }),
  );
  // By the very release that will read it.
  const node = isOwn ? join(await fetchPackage(own.node), own.program) : process.execPath;
  await run(node, ['--experimental-sea-config', config]);
  const library = (await import(join(await fetchPackage(postject), 'dist/api.js'))) as {
    readonly default: { readonly inject: Inject };
  };
  await library.default.inject(program, name, await readFile(output), { sentinelFuse: fuse });
}
