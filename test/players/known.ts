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
    players: ['playbin-dash', 'playbin3-dash'],
    reason:
      'GStreamer 1.22: it takes the address of the clock (`UTCTiming`) as it stands, and calls the manifest invalid when it is relative (its log: "Failed to fetch time from ../../api/time?format=iso"). dash.js and shaka-player resolve it, FFmpeg and VLC pass over it. It has to be relative, for the manifest is the same at every server.',
  },
];

export function reasonFor(player: string, input: string): string | undefined {
  return known.find(
    ({ players, inputs }) => players.includes(player) && (inputs === undefined || inputs.includes(input)),
  )?.reason;
}
