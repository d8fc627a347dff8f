/** Sizes and durations as people write them. */

const kilo = { k: 1, m: 2, g: 3, t: 4 } as const;

/**
 * Bytes of `65536`, `64KiB`, `30MB`, `2GB` (upper or lower case, decimals allowed): with an `i` the unit is a power of
 * 1024, without it a power of 1000. Undefined for anything else, and for what is no whole number of bytes.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?))?b?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = '', letter = '', binary = ''] = match;
  // A lone `64K` means 64000 to some and 65536 to others, so it is refused rather than guessed.
  if (letter !== '' && !/b$/i.test(text.trim())) return undefined;
  const power = letter === '' ? 0 : kilo[letter.toLowerCase() as keyof typeof kilo];
  const bytes = Number(digits) * (binary === '' ? 1000 : 1024) ** power;
  const whole = Math.round(bytes);
  return Number.isSafeInteger(whole) && Math.abs(bytes - whole) < 1e-3 ? whole : undefined;
}

const milliseconds: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Milliseconds of `500`, `500ms`, `5s`, `10m` (or `10min`), `2h`, `7d`, `2w`, `1h30m`. Undefined for anything else, and
 * for what is no whole number of milliseconds.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+$/.test(trimmed)) return whole(Number(trimmed));
  if (!/^(?:\d+(?:\.\d+)?\s*(?:ms|s|min|m|h|d|w)\s*)+$/.test(trimmed)) return undefined;
  let sum = 0;
  for (const [, digits = '', unit = ''] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    sum += Number(digits) * (milliseconds[unit] ?? Number.NaN);
  }
  return whole(sum);
}

function whole(value: number): number | undefined {
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) && Math.abs(value - rounded) < 1e-6 ? rounded : undefined;
}

/**
 * Milliseconds since the epoch of `2026-07-01`, `2026-07-01T12:00Z`, `2026-07-01T12:00:00+02:00` or of plain digits.
 * A time without a zone is local time, as the user's own clock shows it; a date alone begins at local midnight.
 */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{12,16}$/.test(trimmed)) return Number(trimmed);
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
    trimmed,
  );
  if (match === null) return undefined;
  const [, day = '', time = '00:00', zone = ''] = match;
  const parsed = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** `256KiB`, `30MB`, `65536`: as {@link parseSize} reads it. */
export function sizeText(bytes: number): string {
  for (const [unit, factor] of [
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
    ['MB', 1e6],
    ['KB', 1e3],
  ] as const) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** `5s`, `10m`, `50ms`: as {@link parseDuration} reads it. */
export function durationText(duration: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const factor = milliseconds[unit] ?? 1;
    if (duration >= factor && duration % factor === 0) return `${duration / factor}${unit}`;
  }
  return `${duration}ms`;
}
