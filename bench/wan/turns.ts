/** Contenders of a row in turn, round after round, each round beginning with another one. */
import { describeError } from '../../src/errors.ts';
import type { Row } from './contender.ts';

/** What came of a row. */
export interface Outcome {
  readonly row: Row;
  /** Name of a line of the table -> its figure in each round; `NaN` where its contender failed. In the order of the contenders. */
  readonly figures: ReadonlyMap<string, readonly number[]>;
  /** What failed, by round. One contender's failure is not the end of the others. */
  readonly failures: readonly string[];
}

/** Runs it. `before`: called before each run. */
export async function takeTurns(
  row: Row,
  rounds: number,
  before: () => void,
  say: (text: string) => void,
): Promise<Outcome> {
  const figures = new Map<string, number[]>();
  const failures: string[] = [];
  const { contenders, unit } = row;
  const order: string[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const index of contenders.keys()) {
      const which = (index + round) % contenders.length;
      const contender = contenders[which]!;
      before();
      try {
        for (const [name, figure] of Object.entries(await contender.run())) {
          if (!order[which]!.includes(name)) order[which]!.push(name);
          const all = figures.get(name) ?? Array<number>(rounds).fill(Number.NaN);
          all[round] = figure;
          figures.set(name, all);
          say(`round ${round + 1}, ${name}: ${figure.toFixed(2)} ${unit}`);
        }
      } catch (error) {
        failures.push(`round ${round + 1}, ${contender.name}: ${describeError(error).split('\n', 1)[0]}`);
        say(failures.at(-1)!);
      }
    }
  }
  return { row, figures: new Map(order.flat().map((name) => [name, figures.get(name)!])), failures };
}
