/** What is looked at, again and again: every program from outside and inside, and the temporary files at the sink. */
import type { Ground } from './ground.ts';
import type { Series } from './judge.ts';
import type { Sample } from './slope.ts';

const figures = [
  { key: 'resident', name: 'resident', unit: 'MB' },
  { key: 'anonymous', name: 'anonymous', unit: 'MB' },
  { key: 'live', name: 'after collection', unit: 'MB' },
  { key: 'descriptors', name: 'descriptors', unit: '' },
  { key: 'sockets', name: 'sockets', unit: '' },
  { key: 'timers', name: 'timers', unit: '' },
  { key: 'handles', name: 'handles', unit: '' },
] as const;

export class Samples {
  readonly #ground: Ground;
  readonly #begin = performance.now();
  readonly #series = new Map<string, Series & { readonly samples: Sample[] }>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Since the beginning. */
  get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  /** One look at everything; with `collect`, after a full collection of each program. Rejects when one has ended. */
  async take(collect: boolean): Promise<void> {
    for (const program of this.#ground.programs) {
      const look = await program.look(collect);
      for (const { key, name, unit } of figures) {
        const value = look[key];
        if (value !== undefined) this.#add(program.name, name, unit, value);
      }
    }
    this.#add('sink', 'temporary files', '', await this.#ground.temporaryFiles());
  }

  series(): readonly Series[] {
    return [...this.#series.values()];
  }

  /** The newest figures in one line: resident memory, and open descriptors. */
  line(): string {
    return this.#ground.programs
      .map(({ name }) => {
        const newest = (figure: string) => this.#series.get(`${name} ${figure}`)?.samples.at(-1)?.value ?? 0;
        return `${name} ${newest('resident').toFixed(0)} MB ${newest('descriptors')} fd`;
      })
      .join(', ');
  }

  #add(of: string, figure: string, unit: Series['unit'], value: number): void {
    const key = `${of} ${figure}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { of, figure, unit, samples: [] };
      this.#series.set(key, series);
    }
    series.samples.push({ at: this.seconds, value });
  }
}
