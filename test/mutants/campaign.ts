/** Tries every mutant of a room against the tests that load its file. */
import type { SourceFacts } from '../house/source.ts';
import { coveringTests } from './covering.ts';
import { equivalents, isAbout } from './equivalent.ts';
import type { Mutant } from './mutant.ts';
import { readMutants } from './project.ts';
import { isIn, type Room } from './rooms.ts';
import { Tester } from './tester.ts';

export interface CampaignOptions {
  readonly folder: string;
  readonly files: readonly SourceFacts[];
  /** Processes at a time. */
  readonly atOnce: number;
  /** Of so many mutants of a file only one is tried. Default: 1, all of them. */
  readonly every?: number;
  /** Milliseconds that a test file is given beside what it usually takes. Default: 3000. */
  readonly leastMs?: number;
  /** Called at each mutant that no test notices, as soon as that is known. */
  readonly onSurvivor: (mutant: Mutant) => void;
  /** Called when all mutants of a file have been tried. */
  readonly onFile?: (account: FileAccount) => void;
}

export interface FileAccount {
  readonly path: string;
  readonly killed: number;
  /** Of the killed ones, those whose tests did not come to an end in time. */
  readonly endless: number;
  /** Told to be the same as the code: not tried, and in neither of the other numbers. */
  readonly equivalent: number;
  readonly survivors: readonly Mutant[];
}

export interface Account {
  readonly room: string;
  readonly files: readonly FileAccount[];
}

/** More than any test file needs on a machine that has other things to do. */
const patience = 3000;
const slower = 6;

/** Rejects when a test fails without any mutant. */
export async function tryRoom(room: Room, options: CampaignOptions): Promise<Account> {
  const { folder, files, atOnce, every = 1, leastMs = patience, onSurvivor, onFile } = options;
  const paths = files
    .map(({ path }) => path)
    .filter((path) => isIn(path, room.source) && !path.endsWith('.test.ts') && !path.endsWith('.d.ts'));
  const tests = new Map(
    paths.map((path) => [
      path,
      coveringTests(path, files, (test) => isIn(test, [...room.source, ...(room.tests ?? [])])),
    ]),
  );
  let times: ReadonlyMap<string, number> = new Map();
  const most = (test: string) => leastMs + slower * (times.get(test) ?? 0);
  const testers = Array.from({ length: atOnce }, () => new Tester());
  try {
    times = await timesOf(testers[0]!, [...new Set([...tests.values()].flat())]);
    const accounts: FileAccount[] = [];
    for (const [path, all] of readMutants(folder, paths)) {
      const told = equivalents.filter((one) => one.path === path);
      const stale = told.find((one) => !all.some((mutant) => isAbout(one, mutant)));
      if (stale !== undefined) throw new Error(`no mutant is "${stale.line}", ${stale.change}, of ${path}`);
      const unlike = all.filter((mutant) => !told.some((one) => isAbout(one, mutant)));
      const queue = unlike.filter((_, index) => index % every === 0);
      const tried = queue.length;
      // Most mutants are noticed by any test of their file: the quickest is asked first.
      const asked = tests.get(path)!.toSorted((a, b) => times.get(a)! - times.get(b)!);
      const survivors: Mutant[] = [];
      let endless = 0;
      const work = async (tester: Tester): Promise<void> => {
        for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
          const verdict = await tester.try({ mutant, tests: asked }, most);
          if (verdict === undefined) endless += 1;
          else if (verdict.killedBy === undefined) {
            survivors.push(mutant);
            onSurvivor(mutant);
          }
        }
      };
      await Promise.all(testers.map(work));
      const equivalent = all.length - unlike.length;
      accounts.push({ path, killed: tried - survivors.length, endless, equivalent, survivors });
      onFile?.(accounts.at(-1)!);
    }
    return { room: room.name, files: accounts };
  } finally {
    for (const tester of testers) tester.close();
  }
}

/** How many of the mutants that were tried are killed, in per cent. */
export function shareOf(files: readonly FileAccount[]): number {
  const killed = files.reduce((sum, file) => sum + file.killed, 0);
  const survived = files.reduce((sum, file) => sum + file.survivors.length, 0);
  return survived === 0 ? 100 : (100 * killed) / (killed + survived);
}

/** What each test takes as long as nothing is wrong, in milliseconds. */
async function timesOf(tester: Tester, tests: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const verdict = await tester.try({ mutant: undefined, tests }, () => 600_000);
  if (verdict === undefined || verdict.killedBy !== undefined)
    throw new Error(`without a mutant: "${verdict?.killedBy}" fails: ${verdict?.error}`);
  return new Map(verdict.times);
}
