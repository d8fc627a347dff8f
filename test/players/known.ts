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
];

export function reasonFor(player: string, input: string): string | undefined {
  return known.find(
    ({ players, inputs }) => players.includes(player) && (inputs === undefined || inputs.includes(input)),
  )?.reason;
}
