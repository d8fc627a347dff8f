/** Contenders in turn, round after round, each round beginning with another one. */
import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Contender, Group, Measured } from './contender.ts';

/** Contender -> its runs, one for each round. */
export type Results = ReadonlyMap<Contender, readonly Measured[]>;

export interface RoundsOptions {
  readonly rounds: number;
  /** Bytes that are written and removed before each run, in `folder`; 0: none. */
  readonly warm: number;
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** Runs the group. What the disk still has to write of one run is written before the next one begins. */
export async function runRounds({ contenders }: Group, options: RoundsOptions): Promise<Results> {
  const { rounds, warm, folder, say } = options;
  const results = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const index of contenders.keys()) {
      const contender = contenders[(index + round) % contenders.length]!;
      await warmMemory(join(folder, 'warm'), warm);
      await promisify(execFile)('sync');
      const measured = await contender.run();
      results.get(contender)!.push(measured);
      say(`round ${round + 1}, ${contender.name}: ${measured.seconds.toFixed(2)} s`);
    }
  }
  return results;
}

/** Makes so much of the page cache the machine's own: a virtual one gets a page from its host when it is first written. */
export async function warmMemory(file: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  const block = Buffer.alloc(4 * 1024 * 1024, 1);
  const handle = await open(file, 'w');
  try {
    for (let at = 0; at < bytes; at += block.length) await handle.write(block);
  } finally {
    await handle.close();
    await rm(file);
  }
}
