/** Times and rates of listed files, whatever records say of them. Pure. */

/** What a Date can hold, milliseconds from the epoch. */
const dateRange = 8.64e15;
/** Milliseconds without news after which nobody knows a rate. */
const quiet = 60_000;

/** Whatever a record says of a time, whoever lists it can print it. */
export function listedDate(milliseconds: number): number {
  return Math.min(dateRange, Math.max(-dateRange, milliseconds));
}

/** A file's own time, of nanoseconds since the epoch. */
export function listedMtime(nanoseconds: string): number {
  return listedDate(Number(BigInt(nanoseconds) / 1_000_000n));
}

/** Bytes a second from a beginning to the newest record, both in milliseconds since the epoch; nothing where that is long ago. */
export function listedRate(
  bytes: number,
  begun: number,
  at: number,
  now = Date.now(),
): { readonly rate?: number } {
  const seconds = (at - begun) / 1000;
  return seconds > 0 && bytes > 0 && now - at < quiet ? { rate: Math.round(bytes / seconds) } : {};
}
