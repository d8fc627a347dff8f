/** Numbers as reasons name them. Pure. */

/** `12.3 GB`, `980 kB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let at = 0;
  let value = bytes;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${figure(value)} ${units[at]}`;
}

/** `3 days`, `12 hours`. */
export function timeText(milliseconds: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const;
  const [length, name] = units.find(([each]) => milliseconds >= each) ?? units[3];
  const count = figure(milliseconds / length);
  return `${count} ${name}${count === '1' ? '' : 's'}`;
}

/** Three digits, at least the whole number, thousands parted. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Number(value.toFixed(Math.min(6, digits)));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: Math.min(6, digits) });
}

/** The least power of two that is not less, within bounds that are powers of two. */
export function powerOfTwo(value: number, least: number, most: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(1, value)));
  return Math.min(most, Math.max(least, power));
}
