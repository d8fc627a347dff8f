/** Comparisons over poor lines as a picture, SVG: bars for each row, and curves of what grows. Pure. */
import type { Chart } from './contender.ts';
import { spreadOf } from './report.ts';
import type { Outcome } from './turns.ts';

const width = 1000;
const labels = 260;
const bar = 16;
const colours = ['#8a8d91', '#1f6f8b', '#d1603d', '#5b8c3a', '#7a5195', '#c2a03a'] as const;
const chartHeight = 240;

export function plot(title: string, outcomes: readonly Outcome[], charts: readonly Chart[]): string {
  let y = 34;
  const parts: string[] = [];
  for (const outcome of outcomes) {
    parts.push(`<g transform="translate(10 ${y})">${bars(outcome)}</g>`);
    y += 34 + outcome.figures.size * bar;
  }
  for (const [index, chart] of charts.entries()) {
    const x = 10 + (index % 3) * 330;
    parts.push(`<g transform="translate(${x} ${y})">${curves(chart)}</g>`);
    if (index % 3 === 2 || index === charts.length - 1) y += chartHeight + 30;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="sans-serif" font-size="10" fill="#333">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${y}" fill="#fff"/>`,
    `<text x="10" y="20" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Medians as bars, with the least and the most as a line through their ends. */
function bars({ row, figures }: Outcome): string {
  const spreads = [...figures].map(([name, values]) => ({ name, found: spreadOf(values) }));
  const top = Math.max(...spreads.map(({ found }) => found?.most ?? 0), Number.MIN_VALUE);
  const x = (value: number): number => labels + (Math.max(0, value) / top) * (width - labels - 90);
  const lines = spreads.map(({ name, found }, index) => {
    const y = 14 + index * bar;
    const label = `<text x="${labels - 6}" y="${y + 10}" text-anchor="end">${escaped(name)}</text>`;
    if (found === undefined) return `${label}<text x="${labels + 4}" y="${y + 10}">failed</text>`;
    const { median, least, most } = found;
    const colour = name.includes('sluice') ? colours[1] : colours[0];
    const size = Math.max(1, x(median) - labels).toFixed(1);
    return [
      label,
      `<rect x="${labels}" y="${y + 2}" width="${size}" height="${bar - 5}" fill="${colour}"/>`,
      `<path d="M${x(least).toFixed(1)} ${y + 7.5}H${x(most).toFixed(1)}" stroke="#222"/>`,
      `<text x="${(x(most) + 5).toFixed(1)}" y="${y + 11}">${median.toFixed(median < 10 ? 2 : 0)}</text>`,
    ].join('');
  });
  return `<text y="8" font-weight="bold">${escaped(`${row.title} (${row.unit})`)}</text>${lines.join('')}`;
}

/** Seconds over steps; the scale of the seconds is logarithmic. */
function curves({ title, steps, curves: all }: Chart): string {
  const [left, top, across] = [40, 40, 270];
  const known = all.flatMap(({ values }) => values.filter((value) => value > 0));
  const low = Math.floor(Math.log10(Math.min(...known, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...known, 1))));
  const x = (step: number): string => (left + (step / Math.max(1, steps.length - 1)) * across).toFixed(1);
  const y = (value: number): string =>
    (top + (1 - (Math.log10(value) - low) / (high - low)) * (chartHeight - top - 20)).toFixed(1);
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return [
    `<text font-weight="bold" y="8">${escaped(title)}</text>`,
    ...all.map(({ name }, index) => {
      const colour = colours[index % colours.length];
      return `<text x="${(index % 3) * 110}" y="${20 + Math.floor(index / 3) * 12}" fill="${colour}">${escaped(name)}</text>`;
    }),
    ...decades.map(
      (value) =>
        `<path d="M${left} ${y(value)}H${left + across}" stroke="#e4e4e4"/><text x="${left - 4}" y="${y(value)}" text-anchor="end">${value} s</text>`,
    ),
    ...steps.map(
      (step, index) =>
        `<text x="${x(index)}" y="${chartHeight - 4}" text-anchor="middle">${escaped(step)}</text>`,
    ),
    ...all.map(({ values }, index) => {
      const points = values.flatMap((value, step) => (value > 0 ? [`${x(step)},${y(value)}`] : []));
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${colours[index % colours.length]}" stroke-width="1.5"/>`;
    }),
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
