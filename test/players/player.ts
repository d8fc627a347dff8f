/** What a player is to the matrix. */
import type { Browser } from 'playwright-core';
import type { Owner } from '../support/owner.ts';
import type { Sight } from './picture/sight.ts';

export interface PlayOptions {
  /** Of what is to be played, as {@link Player.address} has it. */
  readonly url: string;
  /** An empty folder. */
  readonly folder: string;
  /** Whoever starts the player; it ends with it. */
  readonly owner: Owner;
  readonly browser: () => Promise<Browser>;
  readonly onSight: (sight: Sight) => void;
}

export interface Playing {
  /** Resolves when it has ended by itself, with its last words. */
  readonly ended: Promise<string>;
}

export interface Player {
  readonly name: string;
  /** Those of one group play beside one another, of one publishing of the input. */
  readonly group: 'pages' | 'programs';
  /** Behind `/live/STREAM/`. */
  readonly address: 'index.m3u8' | 'manifest.mpd' | 'stream.mp4';
  /** Another way of a player that is there already: it plays the first input alone, unless it is named. */
  readonly isFurther?: boolean;
  /** Seconds that its first picture may take, where it is known to take long. */
  readonly patience?: number;
  /** What is installed. @throws Error that says how to install it, when it is not */
  version(): Promise<string>;
  play(options: PlayOptions): Promise<Playing>;
}

/** What is said of a player that is not installed. */
export function missing(what: string, cause?: unknown): Error {
  return new Error(`${what} is not installed: run scripts/setup-players`, { cause });
}
