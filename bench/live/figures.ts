/** What the pictures on screens say. Pure. Milliseconds. */
import { quantile } from '../statistics.ts';
import type { Shown } from './screen.ts';

/** How old pictures were when they were shown. */
export function ages(shown: readonly Shown[]): readonly number[] {
  return shown.map(({ at, painted }) => at - painted);
}

/** Those from so long after the first picture on. */
export function settled(shown: readonly Shown[], after: number): readonly Shown[] {
  const begin = shown[0]?.at ?? 0;
  return shown.filter(({ at }) => at >= begin + after);
}

/** The longest time that one picture stood. */
export function longestStill(shown: readonly Shown[]): number {
  return shown.reduce((longest, { at }, index) => Math.max(longest, at - (shown[index - 1]?.at ?? at)), 0);
}

/** The last picture that was shown before a time. */
function pictureAt(shown: readonly Shown[], time: number): number | undefined {
  return shown.findLast(({ at }) => at <= time)?.painted;
}

/** How far apart the pictures of several screens were, ten times a second for as long as all of them showed any. */
export function spreads(screens: readonly (readonly Shown[])[]): readonly number[] {
  const begin = Math.max(...screens.map((shown) => shown[0]?.at ?? Number.POSITIVE_INFINITY));
  const end = Math.min(...screens.map((shown) => shown.at(-1)?.at ?? 0));
  const found: number[] = [];
  for (let time = begin; time <= end; time += 100) {
    const pictures = screens
      .map((shown) => pictureAt(shown, time))
      .filter((picture) => picture !== undefined);
    if (pictures.length === screens.length) found.push(Math.max(...pictures) - Math.min(...pictures));
  }
  return found;
}

/** `650 / 702 / 811`: p50, p95 and p99. */
export function quantiles(values: readonly number[]): string {
  return [0.5, 0.95, 0.99].map((share) => quantile(values, share).toFixed(0)).join(' / ');
}
