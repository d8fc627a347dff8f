/** Texts that are kept for longer than the request that they came with. */

/** The same text in memory of its own: a part of a longer one keeps all of that alive. Of bytes, as HTTP's heads are. */
export function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
