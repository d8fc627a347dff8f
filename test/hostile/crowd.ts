/** Many strangers at a port, from many addresses: the slow ones beside the quick ones, so that they hold up nobody. */
import type { Random } from '../support/random.ts';
import { type Port, type Probe, probeFor } from './probes.ts';
import { type Outcome, visit } from './visit.ts';

export interface CrowdOptions {
  readonly kind: Port;
  readonly port: number;
  readonly count: number;
  readonly random: Random;
  /** Quick ones at a time. */
  readonly atOnce: number;
  /** Slow ones at a time; who would be one more is quick. */
  readonly slowAtOnce: number;
  readonly patience: number;
  readonly pause: number;
  readonly longest: number;
}

export interface CrowdAccount {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** By probe: how many there were, and how many had an answer. */
  readonly probes: Readonly<Record<string, { readonly count: number; readonly answered: number }>>;
}

/** Resolves when the last one has gone. */
export async function crowd(options: CrowdOptions): Promise<CrowdAccount> {
  const { kind, port, count, random, atOnce, slowAtOnce, patience, pause, longest } = options;
  const outcomes: Record<Outcome, number> = { cut: 0, left: 0, failed: 0 };
  const probes: Record<string, { count: number; answered: number }> = {};
  const slow = new Set<Promise<void>>();
  let left = count;
  const once = async (probe: Probe): Promise<void> => {
    const from = `127.${random.between(1, 9)}.${random.below(256)}.${random.between(1, 254)}`;
    const { outcome, answered } = await visit({ port, from, probe, patience, pause, longest });
    outcomes[outcome] += 1;
    const account = probes[probe.name] ?? { count: 0, answered: 0 };
    probes[probe.name] = account;
    account.count += 1;
    if (answered > 0) account.answered += 1;
  };
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const probe = probeFor(kind, random);
      if (probe.manner !== 'slow') await once(probe);
      else if (slow.size >= slowAtOnce) await once({ ...probe, manner: 'at once' });
      else {
        const going = once(probe);
        slow.add(going);
        void going.then(() => slow.delete(going));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  await Promise.all(slow);
  return { outcomes, probes };
}
