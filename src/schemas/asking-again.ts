/** What a registry refuses for now is asked again: all that is asked of one may be asked twice. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Ask } from './registry-http.ts';

/** Too many requests; a gateway whose registry starts, or is replaced. */
const forNow = [429, 502, 503, 504];
const mostAsked = 5;
/** Milliseconds: of the first pause where nothing is said of it, doubled each time; and the longest that somebody who looks on is made to wait. */
const shortest = 1000;
const longest = 60_000;

/** `wait`: for so many milliseconds. */
export function askingAgain(
  ask: Ask,
  wait: (milliseconds: number) => Promise<unknown> = (milliseconds) => delay(milliseconds),
): Ask {
  return async (...question) => {
    for (let asked = 1; ; asked += 1) {
      const answer = await ask(...question);
      const pause = forNow.includes(answer.status) ? pauseBefore(answer, asked, Date.now()) : undefined;
      if (pause === undefined || asked >= mostAsked) return answer;
      await wait(pause);
    }
  };
}

/** Milliseconds; undefined: longer than anybody waits. `asked`: how often it was. Pure. */
export function pauseBefore(
  { retryAfter }: Pick<Answer, 'retryAfter'>,
  asked: number,
  now: number,
): number | undefined {
  const otherwise = shortest * 2 ** (asked - 1);
  if (retryAfter === undefined) return otherwise;
  const said = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  if (Number.isNaN(said)) return otherwise;
  return said > longest ? undefined : Math.max(shortest, said);
}
