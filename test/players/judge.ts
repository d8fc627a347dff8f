/** Did a player play? Judged by the pictures that it showed and the requests that it made. Pure. */
import type { Sight } from './picture/sight.ts';

/** What an input promises to whoever plays it. */
export interface Expected {
  /** Pictures a second as they were filmed and numbered. */
  readonly rate: number;
  /** Whether the stream has the picture with this number. */
  has(number: number): boolean;
  /** Width by height as it is to be shown. */
  readonly aspect: number;
  /** The number at which something happens that has to be seen through. */
  readonly event?: number;
  /** Share of the pictures that the input itself has whole, of those that it says it has. Default 1. */
  readonly whole?: number;
  /** Seconds for which nothing comes: a restart of the encoder. Default 0. */
  readonly pause?: number;
}

/** What one player did. */
export interface Watched {
  readonly sights: readonly Sight[];
  /** Seconds from its first picture to the end; 0 without one. */
  readonly seconds: number;
  /** Requests that were answered, from its start on; those that were refused (400 and above); seconds from its start on. */
  readonly asked: number;
  readonly refused: number;
  readonly lasted: number;
  /** It ended by itself, and with which words. */
  readonly ended?: string;
}

export interface Figures {
  /** Different pictures that were seen. */
  readonly seen: number;
  /** Share of the pictures of the stream from the first to the last that was seen. */
  readonly share: number;
  /** Seconds of the film that were seen, by those that went by. */
  readonly pace: number;
  /** Seconds for which one picture stood. */
  readonly stood: number;
  /** How often an older picture came behind a newer one. */
  readonly back: number;
  /** Share of the pictures with the right colours in the right corners, and with the right shape. */
  readonly coloured: number;
  readonly shaped: number;
  /** Requests a second. */
  readonly rate: number;
}

export function figuresOf(watched: Watched, expected: Expected): Figures {
  const { sights, seconds, asked, lasted } = watched;
  const known = sights.flatMap(({ number, at }) => (number === undefined ? [] : [{ number, at }]));
  const numbers = known.map(({ number }) => number);
  const seen = new Set(numbers);
  const [first, last] = endsOf(numbers, expected);
  let ought = 0;
  for (let number = first; number <= last; number++) if (expected.has(number)) ought++;
  let [back, stood, newest, since] = [0, 0, -1, known[0]?.at ?? 0];
  for (const [index, { number, at }] of known.entries()) {
    if (number < (known[index - 1]?.number ?? 0)) back++;
    if (number <= newest) continue;
    stood = Math.max(stood, at - since);
    [newest, since] = [number, at];
  }
  const shareOf = (isSo: (sight: Sight) => boolean) =>
    sights.length === 0 ? 0 : sights.filter(isSo).length / sights.length;
  return {
    seen: seen.size,
    share: ought === 0 ? 0 : Math.min(1, [...seen].filter((number) => expected.has(number)).length / ought),
    pace: seconds === 0 || seen.size === 0 ? 0 : (last - first) / expected.rate / seconds,
    stood: stood / 1000,
    back,
    coloured: shareOf(({ isTrue }) => isTrue),
    shaped: shareOf(({ aspect }) => Math.abs(aspect / expected.aspect - 1) < 0.03),
    rate: lasted === 0 ? 0 : asked / lasted,
  };
}

/** The first and the last number. Of damaged pictures some say another one, and a few at the ends are not believed. */
function endsOf(numbers: readonly number[], { whole = 1 }: Expected): readonly [number, number] {
  const sorted = numbers.toSorted((one, two) => one - two);
  const left = whole < 1 ? Math.floor(sorted.length / 30) : 0;
  return [sorted[left] ?? 0, sorted.at(-1 - left) ?? 0];
}

/** Below these a player does not play. */
const least = { seen: 30, share: 0.85, pace: 0.7, coloured: 0.9, shaped: 0.95 };
/** Seconds, of two segments: who plays without a clock of his own stands still for one after each. */
const longestStand = 4;
/** Times what hls.js asks of the same input. */
const mostAsked = 2;
/** What is asked once, at the beginning, does not count against anybody. */
const freeRequests = 20;

/** What speaks against a player; nothing when it plays. `reference`: what hls.js asked of the same input, a second. */
export function judge(watched: Watched, expected: Expected, reference: number | undefined): string[] {
  const { sights, asked, lasted, ended } = watched;
  const figures = figuresOf(watched, expected);
  const { whole = 1, pause = 0, event } = expected;
  const faults: string[] = [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  if (reference !== undefined && asked > Math.max(freeRequests, mostAsked * reference * lasted)) {
    faults.push(`asks ${figures.rate.toFixed(1)} times a second, hls.js ${reference.toFixed(1)}`);
  }
  if (ended !== undefined) faults.push(`ended by itself: ${ended || 'without a word'}`);
  if (sights.length === 0) return ['shows nothing', ...faults];
  if (figures.seen === 0) return ['no picture can be read', ...faults];
  if (figures.seen < least.seen) faults.push(`${figures.seen} different pictures in all`);
  if (figures.share < least.share * whole)
    faults.push(`shows ${percent(figures.share)} of the pictures from its first to its last`);
  const pace = figures.pace + (watched.seconds === 0 ? 0 : pause / watched.seconds);
  if (pace < least.pace) faults.push(`shows ${percent(figures.pace)} of the time that goes by`);
  if (figures.stood > longestStand + pause)
    faults.push(`one picture stands for ${figures.stood.toFixed(1)} s`);
  if (figures.back > 0 && whole === 1) faults.push(`goes back ${figures.back} times`);
  if (figures.shaped < least.shaped)
    faults.push(`shape ${shapeOf(sights)}, not ${expected.aspect.toFixed(2)}`);
  if (figures.coloured < least.coloured * whole)
    faults.push(`${percent(figures.coloured)} with the right colours in the right corners`);
  const numbers = sights.flatMap(({ number }) => number ?? []);
  if (
    event !== undefined &&
    !(numbers.some((number) => number < event) && numbers.some((number) => number > event))
  )
    faults.push('was not there before and behind what happens in this input');
  return faults;
}

function shapeOf(sights: readonly Sight[]): string {
  return [...new Set(sights.map(({ aspect }) => aspect.toFixed(2)))].slice(0, 3).join(', ');
}
