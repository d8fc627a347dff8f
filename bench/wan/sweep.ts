/** How the cost grows with the round-trip time, with loss and with the size of a file, the other two being as they are. */
import type { Line } from './emulator.ts';
import type { Ground } from './ground.ts';
import type { Chart } from './plot.ts';
import { spreadOf } from './report.ts';
import { lineText, raceOfTwo, workOf } from './rows.ts';
import type { Build } from './sluice.ts';
import { type Outcome, takeTurns } from './turns.ts';

/** Where the three axes cross: `megabytes` of one file over a line. */
const base = { line: { rtt: 80, rate: 100, loss: 0.5 }, megabytes: 8 } as const;

interface Step {
  readonly label: string;
  readonly line: Line;
  readonly megabytes: number;
}

const rttStep = (rtt: number): Step => ({
  label: `${rtt} ms`,
  line: { ...base.line, rtt },
  megabytes: base.megabytes,
});
const lossStep = (loss: number): Step => ({
  label: `${loss} %`,
  line: { ...base.line, loss },
  megabytes: base.megabytes,
});
const sizeStep = (megabytes: number): Step => ({ label: `${megabytes} MB`, line: base.line, megabytes });

const axes: readonly { readonly title: string; readonly steps: readonly Step[] }[] = [
  { title: `RTT grows: ${base.megabytes} MB, 0.5 % loss`, steps: [10, 40, 80, 160, 320].map(rttStep) },
  { title: `Loss grows: ${base.megabytes} MB, 80 ms`, steps: [0, 0.1, 0.5, 1, 2].map(lossStep) },
  { title: 'The file grows: 80 ms, 0.5 % loss', steps: [0.1, 1, 4, 16, 64].map(sizeStep) },
];

export interface Sweep {
  readonly outcomes: readonly Outcome[];
  readonly charts: readonly Chart[];
}

/** scp and each build's uploads at every step of every axis. */
export async function sweep(
  ground: Ground,
  builds: readonly Build[],
  rounds: number,
  say: (text: string) => void,
): Promise<Sweep> {
  const outcomes: Outcome[] = [];
  const charts: Chart[] = [];
  for (const { title, steps } of axes) {
    const found: Outcome[] = [];
    for (const { line, megabytes } of steps) {
      const work = await workOf(ground, megabytes * 1e6);
      const heading = `One file of ${megabytes} MB over ${lineText(line)}`;
      say(heading);
      const row = {
        name: 'sweep',
        title: heading,
        unit: 'seconds',
        bytes: work.bytes,
        contenders: raceOfTwo(ground, work, builds),
      };
      found.push(await takeTurns(row, rounds, () => ground.link.set(line), say));
    }
    outcomes.push(...found);
    const names = [...new Set(found.flatMap(({ figures }) => [...figures.keys()]))];
    charts.push({
      title,
      steps: steps.map(({ label }) => label),
      curves: names.map((name) => ({
        name,
        values: found.map(({ figures }) => spreadOf(figures.get(name) ?? [])?.median ?? Number.NaN),
      })),
    });
  }
  return { outcomes, charts };
}
