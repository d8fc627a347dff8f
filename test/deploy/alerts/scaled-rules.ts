/** The same rules in shorter time: windows, `for`, and thresholds that are seconds, divided. Pure. */

/** How much faster the alerts of a kind are; of viewers less, whose pages report every half minute, and of live video, which is told once a second. */
export const scales = { files: 30, live: 10, viewers: 5 } as const;

const live = ['StreamWithoutParts', 'PublisherRestarts', 'SpoolFilling', 'PushTargetAway', 'ExportBehind'];

/** By how much an alert's durations are divided. */
export function scaleOf(alert: string): number {
  if (alert === 'SluiceViewersStall') return scales.viewers;
  return live.includes(alert.replace('Sluice', '')) ? scales.live : scales.files;
}

const units = { s: 1, m: 60, h: 3600 } as const;

/** Of a file of rules. Everything else in it stays as it is. */
export function scaledRules(text: string): string {
  let scale: number = scales.files;
  const line = (written: string): string => {
    const alert = /- alert: (\w+)/.exec(written)?.[1];
    if (alert !== undefined) scale = scaleOf(alert);
    if (/^\s+for: /.test(written)) return written.replace(/\d+[smh]/, (one) => shorter(one, scale));
    if (!/^\s+expr: /.test(written)) return written;
    const seconds = (_: string, before: string, number: string) => `${before}${Number(number) / scale}`;
    return written
      .replace(/(?<=\[)\d+[smh](?=\])/g, (one) => shorter(one, scale))
      .replace(/(_seconds(?:\{[^}]*\})? [<>]=? )(\d+)/g, seconds)
      .replace(/(predict_linear\([^,]+, )(\d+)/g, seconds);
  };
  return text.split('\n').map(line).join('\n');
}

/** `15m`, 30 -> `30000ms`. */
function shorter(duration: string, scale: number): string {
  const [, count, unit] = /^(\d+)([smh])$/.exec(duration) ?? [];
  return `${Math.round((Number(count) * units[unit as keyof typeof units] * 1000) / scale)}ms`;
}
