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
  /** Milliseconds that a mutant is given beside what its tests usually take. Default: 3000. */
  readonly leastMs?: number;
  /** Called at each mutant that no test notices, as soon as that is known. */
  readonly onSurvivor: (mutant: Mutant) => void;
}

export interface Account {
  readonly room: string;
  readonly killed: number;
  /** Those that are told to be the same as the code are not among them. */
  readonly total: number;
  readonly equivalent: number;
  readonly survivors: readonly Mutant[];
}

/** More than any mutant needs on a machine that has other things to do. */
const patience = 3000;
const slower = 6;

/** Rejects when a test fails without any mutant. */
export async function tryRoom(room: Room, options: CampaignOptions): Promise<Account> {
  const { folder, files, atOnce, leastMs = patience, onSurvivor } = options;
  const paths = files
    .map(({ path }) => path)
    .filter((path) => isIn(path, room.source) && !path.endsWith('.test.ts') && !path.endsWith('.d.ts'));
  const tests = new Map(
    paths.map((path) => [
      path,
      coveringTests(path, files, (test) => isIn(test, [...room.source, ...(room.tests ?? [])])),
    ]),
  );
  const testers = Array.from({ length: atOnce }, () => new Tester());
  try {
    const times = await timesOf(testers[0]!, [...new Set([...tests.values()].flat())]);
    const all = [...readMutants(folder, paths).values()].flat();
    const stale = equivalents.find(
      (one) => paths.includes(one.path) && !all.some((mutant) => isAbout(one, mutant)),
    );
    if (stale !== undefined)
      throw new Error(`no mutant is "${stale.line}", ${stale.change}, of ${stale.path}`);
    const queue = all.filter((mutant) => !equivalents.some((one) => isAbout(one, mutant)));
    const total = queue.length;
    const survivors: Mutant[] = [];
    const work = async (tester: Tester): Promise<void> => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const asked = tests.get(mutant.path)!;
        const usual = asked.reduce((sum, test) => sum + times.get(test)!, 0);
        const verdict = await tester.try({ mutant, tests: asked }, leastMs + slower * usual);
        if (verdict !== undefined && verdict.killedBy === undefined) {
          survivors.push(mutant);
          onSurvivor(mutant);
        }
      }
    };
    await Promise.all(testers.map(work));
    const killed = total - survivors.length;
    return { room: room.name, killed, total, equivalent: all.length - total, survivors };
  } finally {
    for (const tester of testers) tester.close();
  }
}

/** What each test takes as long as nothing is wrong, in milliseconds. */
async function timesOf(tester: Tester, tests: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const verdict = await tester.try({ mutant: undefined, tests }, 600_000);
  if (verdict === undefined || verdict.killedBy !== undefined)
    throw new Error(`without a mutant: "${verdict?.killedBy}" fails: ${verdict?.error}`);
  return new Map(verdict.times);
}
