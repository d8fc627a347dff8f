/** One cell of the matrix: a player before a stream that is published now. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { countRequests } from '../browser/counted.ts';
import { inScope } from '../support/owner.ts';
import type { Expected, Watched } from './judge.ts';
import type { Sight } from './picture/sight.ts';
import type { Player } from './player.ts';

export interface CellOptions {
  readonly player: Player;
  readonly expected: Expected;
  /** The server's address, and the stream's name. */
  readonly server: string;
  readonly stream: string;
  /** An empty folder, or one that is to be made. */
  readonly folder: string;
  readonly browser: () => Promise<Browser>;
  /** Seconds to watch, from the first picture on. */
  readonly seconds: number;
}

/** Seconds that a first picture may take, on a machine that does other things as well. */
const usualPatience = 20;
/** Seconds to watch behind the event, and for the event at most. */
const behindEvent = 4;
const mostSeconds = 35;
const interval = 100;

export async function watchCell(options: CellOptions): Promise<Watched> {
  const { player, expected, server, stream, folder, browser, seconds } = options;
  const { patience = usualPatience } = player;
  await mkdir(folder, { recursive: true });
  return inScope(async (owner) => {
    const counted = await countRequests(owner, server);
    const sights: Sight[] = [];
    const began = performance.now();
    const since = (time: number): number => (performance.now() - time) / 1000;
    const playing = await player.play({
      url: `${counted.url}/live/${stream}/${player.address}`,
      folder: join(folder, '.'),
      owner,
      browser,
      onSight: (sight) => sights.push(sight),
    });
    let ended: string | undefined;
    playing.ended.then((words) => {
      ended = words;
    });
    const beyond = expected.event === undefined ? -1 : expected.event + behindEvent * expected.rate;
    const isEnough = (): boolean => {
      const first = sights[0]?.at;
      if (first === undefined) return since(began) > patience;
      if (since(first) > mostSeconds) return true;
      return (
        since(first) >= seconds &&
        (sights.findLast(({ number }) => number !== undefined)?.number ?? 0) > beyond
      );
    };
    while (ended === undefined && !isEnough()) await delay(interval);
    const { answers } = counted;
    return {
      sights,
      seconds: sights[0] === undefined ? 0 : since(sights[0].at),
      asked: answers.length,
      refused: answers.filter(({ status }) => status >= 400).length,
      lasted: since(began),
      ...(ended === undefined ? {} : { ended }),
    };
  });
}
