/** Cells of the matrix that stand: what a player cannot do, by whose fault, and how that was proven. */

export interface Known {
  readonly players: readonly string[];
  /** Undefined: all. */
  readonly inputs?: readonly string[];
  readonly reason: string;
}

export const known: readonly Known[] = [
  {
    players: ['hls.js', 'dash.js', 'shaka', 'video.js'],
    inputs: ['HEVC, copied'],
    reason:
      "The browser: Debian's Chromium has no decoder of H.265 (`MediaSource.isTypeSupported('video/mp4; codecs=\"hvc1.1.6.L93.B0\"')` is false).",
  },
  {
    players: ['playbin-dash'],
    reason:
      'GStreamer 1.22, by its log: it takes the relative address of the clock (`UTCTiming`) as it stands ("Failed to fetch time from ../../api/time?format=iso"), and calls the manifest invalid. dash.js, shaka-player, FFmpeg and mpv play the same manifest. Not tried with an absolute address.',
  },
];

export function reasonFor(player: string, input: string): string | undefined {
  return known.find(
    ({ players, inputs }) => players.includes(player) && (inputs === undefined || inputs.includes(input)),
  )?.reason;
}
