/** The page's player, as a test asks it. */
import type { Page } from 'playwright-core';
import { waitFor } from '../support/wait.ts';

/** What the player is and has been through; dates are milliseconds since the epoch. */
export interface PlayerState {
  readonly stream: string | null;
  readonly engine: string | null;
  /** Milliseconds that come at a time, as far as the engine knows. */
  readonly piece: number | null;
  readonly live: boolean;
  readonly waiting: boolean;
  readonly ended: boolean;
  /** Seconds behind the time at which the picture was taken. */
  readonly latency: number | null;
  readonly date: number | null;
  readonly time: number;
  readonly paused: boolean;
  readonly frames: number;
  readonly height: number;
  readonly stalls: number;
  readonly fatal: number;
  readonly renewals: number;
}

/** What `main.js` leaves for us, as far as tests use it. */
interface PageGlobals {
  readonly document: { querySelector(selector: string): VideoElement };
  readonly sluice: {
    readonly player: {
      readonly stream?: string;
      readonly engine?: { readonly kind: string; readonly piece?: number };
      readonly live: boolean;
      readonly waiting: boolean;
      readonly ended: boolean;
      readonly latency?: number;
      readonly date?: number;
      readonly counts: { readonly stalls: number; readonly fatal: number; readonly renewals: number };
    };
  };
}

interface VideoElement {
  readonly currentTime: number;
  readonly paused: boolean;
  readonly videoHeight: number;
  getVideoPlaybackQuality(): { readonly totalVideoFrames: number };
}

export function stateOf(page: Page): Promise<PlayerState> {
  return page.evaluate(() => {
    const { document, sluice } = globalThis as unknown as PageGlobals;
    const { player } = sluice;
    const video = document.querySelector('video');
    return {
      stream: player.stream ?? null,
      engine: player.engine?.kind ?? null,
      piece: player.engine?.piece === undefined ? null : Math.round(player.engine.piece * 1000),
      live: player.live,
      waiting: player.waiting,
      ended: player.ended,
      latency: player.latency ?? null,
      date: player.date ?? null,
      time: video.currentTime,
      paused: video.paused,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      height: video.videoHeight,
      ...{ stalls: player.counts.stalls, fatal: player.counts.fatal, renewals: player.counts.renewals },
    };
  });
}

/** Resolves with the first state that is as it should be. */
export async function until(
  page: Page,
  what: string,
  isSo: (state: PlayerState) => boolean,
  timeout = 30_000,
): Promise<PlayerState> {
  let last: PlayerState | undefined;
  try {
    return await waitFor(
      async () => {
        last = await stateOf(page);
        return isSo(last) ? last : undefined;
      },
      { what, timeout, interval: 50 },
    );
  } catch (cause) {
    throw new Error(`${what}: the player is ${JSON.stringify(last)}`, { cause });
  }
}

/** Resolves once pictures move: so many more frames were shown, and time went on. */
export async function untilPlaying(page: Page, what: string, frames = 20): Promise<PlayerState> {
  const first = await until(page, what, ({ frames }) => frames > 0);
  // Another engine counts anew.
  return until(
    page,
    what,
    (state) =>
      !state.paused &&
      !state.waiting &&
      (state.frames >= first.frames + frames || (state.frames < first.frames && state.frames >= frames)),
  );
}
