/** When a server wants to be asked again. Pure. */

/** Milliseconds of a `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. Undefined where there is none, or none that can be read. */
export function retryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
