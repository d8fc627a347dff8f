/** Contenders in turn, round after round, each round beginning with another one. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Contender, Group, Measured } from './contender.ts';

/** Contender -> its runs, one for each round. */
export type Results = ReadonlyMap<Contender, readonly Measured[]>;

/** Runs the group. What the disk still has to write of one run is written before the next one begins. */
export async function runRounds(
  { contenders }: Group,
  rounds: number,
  say: (text: string) => void,
): Promise<Results> {
  const results = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const index of contenders.keys()) {
      const contender = contenders[(index + round) % contenders.length]!;
      await promisify(execFile)('sync');
      const measured = await contender.run();
      results.get(contender)!.push(measured);
      say(`round ${round + 1}, ${contender.name}: ${measured.seconds.toFixed(2)} s`);
    }
  }
  return results;
}
