/** What the player asks of an engine, and an engine of whoever made it. */

import type { ServerClock } from './clock.js';
import type { Prefetch } from './prefetch.js';
import type { Servers } from './servers.js';

/** A quality that can be chosen. */
export interface Quality {
  /** The rendition's. */
  readonly name: string;
  /** Pixels; 0 without a picture. */
  readonly height: number;
  /** Bits a second. */
  readonly bitrate: number;
  readonly frameRate: number;
}

/** A way to get media into a video element. Dates are milliseconds since the epoch, of when a picture was taken. */
export interface Engine {
  readonly kind: 'hls' | 'ws';
  /** Of the picture on the screen. */
  readonly date: number | undefined;
  /** Dates that can be gone to. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** Nothing will come any more. */
  readonly over: boolean;
  /** How old the newest bytes are when they come. Seconds. */
  readonly edgeAge: number | undefined;
  /** How much comes at a time; undefined while that is not known. Seconds. */
  readonly piece: number | undefined;
  /** What is buffered in front of the picture on the screen. Seconds. */
  readonly ahead: number;
  /** Empty where there is nothing to choose. */
  readonly qualities: readonly Quality[];
  /** The name of the one that is played. */
  readonly playing: string | undefined;
  readonly details: { readonly delivery: string; readonly bandwidth?: number | undefined };
  /** Goes to a date; false when it is not within its range. */
  seek(date: number): boolean;
  /** Called ten times a second: goes on behind what was left out. */
  skipHole(): void;
  destroy(): void;
}

export interface EngineListener {
  onQualities(): void;
  onRange(): void;
  /** Whether servers answer. */
  onAnswers(well: boolean): void;
  /** For those who count. */
  onError(details: string, fatal: boolean): void;
  /** It cannot go on, and is to be made anew. `status`: that of an answer, if that was the reason. */
  onBroken(details: string, status?: number): void;
  /** The server does not let it be watched, in the server's words. Nothing is asked any more. */
  onRefused(reason: string): void;
  /** The browser has no decoder for this MIME type. */
  onUnplayable(mimeType: string): void;
  /** There is no WebSocket, or no more: what there is to watch is in playlists. */
  onPlaylistsOnly(): void;
}

export interface EngineOptions {
  readonly video: HTMLVideoElement;
  readonly servers: Servers;
  readonly clock: ServerClock;
  /** What was asked for before there was an engine. */
  readonly prefetch: Prefetch;
  readonly stream: string;
  /** The name of a quality; undefined: what fits. */
  readonly quality: string | undefined;
  readonly listener: EngineListener;
}
