/**
 * `npm run test:defects -- [NAME ...] [--tests] [--seekers] [--seek COMMAND ...] [--without BEGINNING ...] [--at-once 2] [--minutes 4] [--output FILE]`: puts
 * each defect back, alone, and tells which of the seekers and which of the tests notice it. `--seek`: tries these instead of the seekers
 * that are known to find it; `--without`: none that begin like this. What fails without the defect too has found nothing. Exit code 1 when a defect went unnoticed by both, or
 * cannot be put back.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Cleanup } from '../support/cleanup.ts';
import { type Defect, putBack } from './defect.ts';
import { defects } from './entries.ts';
import { Environment } from './environment.ts';
import { type Finding, runFinder } from './finder.ts';
import { makeScratch, type Scratch } from './scratch.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'boolean', default: false },
    seekers: { type: 'boolean', default: false },
    seek: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true, default: [] },
    'at-once': { type: 'string', default: String(Math.min(2, availableParallelism())) },
    minutes: { type: 'string', default: '4' },
    output: { type: 'string' },
  },
});
const project = process.cwd();
const most = Number(values.minutes) * 60_000;
const isBoth = values.tests === values.seekers;
const wanted = new Set(positionals);
for (const name of wanted)
  if (!defects.some((defect) => defect.name === name)) throw new Error(`there is no defect ${name}`);
const chosen = defects.filter(({ name }) => wanted.size === 0 || wanted.has(name));

const owner = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void owner.run().finally(() => process.exit(130)));

interface Found extends Finding {
  readonly by: string;
}

interface Account {
  readonly name: string;
  readonly seeker: Found | undefined;
  readonly test: Found | undefined;
  readonly fault?: string;
}

function seekersOf({ seekers }: Defect): readonly string[] {
  return (values.seek ?? seekers).filter((one) => !values.without.some((begin) => one.startsWith(begin)));
}

/** Finder -> what it says of the project as it is. */
const plain = new Map<string, Promise<Finding>>();

async function firstFind(
  finders: readonly string[],
  scratch: Scratch,
  clean: Scratch,
  env: Environment,
): Promise<Found | undefined> {
  for (const by of finders) {
    const finding = await runFinder(by, { folder: scratch.folder, env: await env.of(by), most });
    if (!finding.isFound) continue;
    const without = plain.get(by) ?? runFinder(by, { folder: clean.folder, env: await env.of(by), most });
    plain.set(by, without);
    if (!(await without).isFound) return { ...finding, by };
    console.log(`${by} fails without any defect: ${(await without).how}`);
  }
  return undefined;
}

async function account(defect: Defect, clean: Scratch, env: Environment): Promise<Account> {
  const { name } = defect;
  let texts: ReadonlyMap<string, string>;
  try {
    texts = putBack(defect, (path) => readFileSync(join(project, path), 'utf8'));
  } catch (error) {
    return { name, seeker: undefined, test: undefined, fault: (error as Error).message };
  }
  const scratch = makeScratch(project, texts);
  try {
    const find = (finders: readonly string[]) => firstFind(finders, scratch, clean, env);
    const test = isBoth || values.tests ? await find(defect.tests) : undefined;
    const seeker = isBoth || values.seekers ? await find(seekersOf(defect)) : undefined;
    return { name, seeker, test };
  } finally {
    await scratch.remove();
  }
}

function tell({ name, seeker, test, fault }: Account): void {
  const lineOf = (kind: string, found: Found | undefined): string =>
    found === undefined
      ? `  ${kind}: -`
      : `  ${kind}: ${found.by}, ${found.seconds.toFixed(1)} s: ${found.how}`;
  console.log(
    [name, ...(fault === undefined ? [lineOf('seeker', seeker), lineOf('test', test)] : [`  ${fault}`])].join(
      '\n',
    ),
  );
}

try {
  const env = new Environment();
  owner.after(() => env.close());
  const clean = makeScratch(project, new Map());
  owner.after(() => clean.remove());
  const accounts: Account[] = [];
  const left = [...chosen];
  const work = async (): Promise<void> => {
    for (let defect = left.shift(); defect !== undefined; defect = left.shift()) {
      const one = await account(defect, clean, env);
      tell(one);
      accounts.push(one);
      if (values.output !== undefined) writeFileSync(values.output, `${JSON.stringify(accounts, null, 2)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
  const share = (count: number): string =>
    `${count} of ${accounts.length} (${((100 * count) / Math.max(1, accounts.length)).toFixed(1)} %)`;
  const bySeekers = accounts.filter(({ seeker }) => seeker !== undefined).length;
  const byTests = accounts.filter(({ test }) => test !== undefined).length;
  const missed = accounts.filter(({ seeker, test }) => seeker === undefined && test === undefined);
  if (isBoth || values.seekers) console.log(`found by seekers: ${share(bySeekers)}`);
  if (isBoth || values.tests) console.log(`found by tests: ${share(byTests)}`);
  if (missed.length > 0) console.log(`unnoticed: ${missed.map(({ name }) => name).join(', ')}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await owner.run();
}
