/** How the cost grows with the round-trip time, with loss and with the size of a file, the other two being as they are. */
import type { Chart } from './contender.ts';
import type { Line } from './emulator.ts';
import type { Ground } from './ground.ts';
import { spreadOf } from './report.ts';
import { lineText, raceOfTwo, type Sizes, workOf } from './rows.ts';
import type { Build } from './sluice.ts';
import { type Outcome, takeTurns } from './turns.ts';

/** Where the three axes cross. */
const baseLine: Line = { rtt: 80, rate: 100, loss: 0.5 };
/** MB of the file there. */
export const sweepSizes: Sizes = { usual: 2, full: 8 };

interface Step {
  readonly label: string;
  readonly line: Line;
  readonly megabytes: number;
}

interface Axis {
  readonly title: string;
  readonly steps: readonly Step[];
}

function axesOf(megabytes: number): readonly Axis[] {
  const along = <K extends keyof Line>(name: K, unit: string, values: readonly Line[K][]): Step[] =>
    values.map((value) => {
      return { label: `${value} ${unit}`, line: { ...baseLine, [name]: value }, megabytes };
    });
  const sizes = [1 / 8, 1 / 2, 1, 2, 8].map((times): Step => {
    return { label: `${megabytes * times} MB`, line: baseLine, megabytes: megabytes * times };
  });
  const { rtt, rate, loss } = baseLine;
  return [
    {
      title: `RTT: ${megabytes} MB, ${rate} Mb/s, ${loss} % loss`,
      steps: along('rtt', 'ms', [10, 40, 80, 160, 320]),
    },
    {
      title: `Loss: ${megabytes} MB, ${rtt} ms, ${rate} Mb/s`,
      steps: along('loss', '%', [0, 0.1, 0.5, 1, 2]),
    },
    { title: `Size: ${lineText(baseLine)}`, steps: sizes },
  ];
}

/** scp and each build's uploads at every step of every axis; `size`: MB of the file where they cross. */
export async function sweep(
  ground: Ground,
  builds: readonly Build[],
  size: number,
  rounds: number,
  say: (text: string) => void,
): Promise<Chart[]> {
  const charts: Chart[] = [];
  for (const { title, steps } of axesOf(size)) {
    const found: Outcome[] = [];
    for (const { line, megabytes } of steps) {
      const work = await workOf(ground, Math.round(megabytes * 1e6));
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
  return charts;
}
