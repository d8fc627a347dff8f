/** A line that is cut again and again: how much later a transfer is done than the cuts lasted. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender, Transfer } from './contender.ts';
import type { Link } from './emulator.ts';

export interface Cuts {
  readonly times: number;
  /** Of each, ms. */
  readonly lasts: number;
  /** Of what is carried between two, before the first and after the last one, at least, ms. */
  readonly between: number;
}

/** Bytes that keep a line busy for as long as the cuts want. */
export function bytesFor({ times, between }: Cuts, rate: number): number {
  return Math.round((times + 2) * (between / 1000) * rate * 125_000);
}

/** Seconds a cut: those that `transfer` takes over the line that is cut, less those over the whole line and those of the cuts. */
export function lostByCuts(link: Link, cuts: Cuts, { name, run: transfer }: Transfer): Contender {
  return {
    name,
    async run() {
      const whole = await transfer(() => {});
      const stop = new AbortController();
      let cutting: Promise<number> | undefined;
      const begun = (): void => {
        cutting = cut(link, cuts, stop.signal);
      };
      const seconds = await transfer(begun).finally(() => stop.abort());
      if (((await cutting) ?? 0) < cuts.times) throw new Error('it was done before the last cut');
      const lost = seconds - whole - (cuts.times * cuts.lasts) / 1000;
      return { [name]: lost / cuts.times };
    },
  };
}

/** How many there were. The line is whole afterwards. */
async function cut(link: Link, { times, lasts, between }: Cuts, signal: AbortSignal): Promise<number> {
  for (let done = 0; done < times; done++) {
    try {
      await delay(between, undefined, { signal });
    } catch {
      return done;
    }
    link.cut();
    try {
      await delay(lasts, undefined, { signal });
    } catch {
      return done;
    } finally {
      link.mend();
    }
  }
  return times;
}
