/**
 * What a clock on the wall of a zone shows, as milliseconds that are read like UTC, and when it shows that: a time that a change of the clock
 * leaves out is the moment of the change, and of two moments with one time the first counts. PURE.
 */

const day = 86_400_000;
const second = 1000;

export interface WallClock {
  /** What it shows at a moment, in milliseconds since the epoch. */
  at(moment: number): number;
  /** The moment at which it shows that. */
  momentOf(wall: number): number;
}

/** `timeZone`: absent, this machine's own. */
export function wallClock(timeZone?: string): WallClock {
  const at = timeZone === undefined ? ownWall : wallOf(timeZone);
  return { at, momentOf: (wall) => momentOf(at, wall) };
}

function ownWall(moment: number): number {
  return moment - new Date(moment).getTimezoneOffset() * 60_000;
}

function wallOf(timeZone: string): (moment: number) => number {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, ...numeric, minute: 'numeric', second: 'numeric', hourCycle: 'h23', calendar: 'gregory' },
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const date = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return date + (((moment % second) + second) % second);
  };
}

function momentOf(at: (moment: number) => number, wall: number): number {
  // A clock is put forward or back once in two days.
  const [before, after] = [wall - day, wall + day].map((moment) => at(moment) - moment) as [number, number];
  const moments = [wall - before, wall - after].sort((one, other) => one - other);
  const found = moments.find((moment) => at(moment) === wall);
  if (found !== undefined) return found;
  // Left out: the first moment at which it shows a later time.
  let [low, high] = moments as [number, number];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (at(middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}
