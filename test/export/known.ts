/** Players that do not play what was exported, and why that is theirs. Pure. */
const reasons: readonly { readonly player: RegExp; readonly when?: 'live' | 'over'; readonly why: string }[] =
  [];

export function reasonNotToPlay(player: string, when: 'live' | 'over'): string | undefined {
  return reasons.find((one) => one.player.test(player) && (one.when ?? when) === when)?.why;
}
