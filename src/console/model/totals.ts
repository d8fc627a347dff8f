/** What all rows together come to. Pure. */
import type { Sections, Totals } from '../contract.ts';

/** `rates`: bytes a second that the topics grew by; undefined: nobody knows, and what senders say is added up. */
export function totalsOf(
  { uploaders, downloaders, streams }: Sections,
  rates: { readonly files?: number | undefined; readonly live?: number | undefined },
): Totals {
  const live = streams.filter(({ state }) => state === 'live');
  const backlogBytes = sumOf(uploaders.map((row) => row.backlogBytes));
  const running = downloaders.filter(({ state }) => state !== 'ended');
  const lagBytes = sumOf(running.map((row) => row.lagBytes));
  const lagSeconds = running.flatMap((row) => row.lagSeconds ?? []);
  const viewers = sumOf(streams.map((row) => row.viewers));
  const failed = [...uploaders, ...downloaders].map((row) => row.failedFiles);
  return {
    sendingFiles: sumOf(uploaders.map((row) => row.sendingFiles)) ?? 0,
    ...(backlogBytes === undefined ? {} : { backlogBytes }),
    ...(lagBytes === undefined ? {} : { lagBytes }),
    ...(lagSeconds.length === 0 ? {} : { lagSeconds: Math.max(...lagSeconds) }),
    failedFiles: sumOf(failed) ?? 0,
    parkedFiles: sumOf(downloaders.map((row) => row.parkedFiles)) ?? 0,
    ...(viewers === undefined ? {} : { viewers }),
    liveStreams: live.length,
    filesRate: rates.files ?? sumOf(uploaders.map(({ rate }) => rate)) ?? 0,
    liveRate: rates.live ?? Math.round((sumOf(live.map(({ bitRate }) => bitRate)) ?? 0) / 8),
  };
}

/** Of those that are known; undefined where none is. */
function sumOf(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, number) => sum + number, 0);
}
