/** Players that do not play what was exported, and why that is theirs. Pure. */
const reasons: readonly { readonly player: RegExp; readonly when?: 'live' | 'over'; readonly why: string }[] =
  [
    {
      player: /^(?:ffmpeg|mpv)-dash$/,
      when: 'live',
      why: "FFmpeg's demuxer of DASH: it asks for what is not there yet without a pause; it is told to end, and has index.m3u8 (ADR 373)",
    },
  ];

export function reasonNotToPlay(player: string, when: 'live' | 'over'): string | undefined {
  return reasons.find((one) => one.player.test(player) && (one.when ?? when) === when)?.why;
}
