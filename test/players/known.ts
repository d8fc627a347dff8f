/** Cells of the matrix that stand: what a player cannot do, by whose fault, and how that was proven. */

export interface Known {
  readonly players: readonly string[];
  /** Undefined: all. */
  readonly inputs?: readonly string[];
  readonly reason: string;
}

export const known: readonly Known[] = [
  {
    players: ['hls.js', 'dash.js', 'shaka', 'shaka-hls', 'video.js', 'video.js-dash', 'chromium-hls'],
    inputs: ['HEVC, copied'],
    reason:
      "The browser: Debian's Chromium has no decoder of H.265 (`MediaSource.isTypeSupported('video/mp4; codecs=\"hvc1.1.6.L93.B0\"')` is false).",
  },
  {
    players: ['chromium-hls'],
    reason:
      "The browser: Chromium 156's own player of HLS ends with `DEMUXER_ERROR_COULD_NOT_PARSE`, often before a second picture, where picture and sound are in one segment. Of what `ffmpeg -re -i FILE -c copy -f hls` serves (`-hls_segment_type fmp4` or `mpegts`) it showed one picture in each of five tries, and without sound (`-map 0:v`) all of it in four of four.",
  },
];

export function reasonFor(player: string, input: string): string | undefined {
  return known.find(
    ({ players, inputs }) => players.includes(player) && (inputs === undefined || inputs.includes(input)),
  )?.reason;
}
