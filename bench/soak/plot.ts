/** Series over time as a picture: small panels under one clock, as SVG. Pure. */
import type { Series } from './judge.ts';

const panel = { width: 330, height: 130, left: 46, right: 10, top: 26, bottom: 22 } as const;
const columns: readonly (readonly string[])[] = [
  ['resident', 'after collection'],
  ['descriptors', 'sockets'],
  ['timers', 'handles'],
  ['temporary files'],
];
const colours = ['#1f6f8b', '#d1603d'] as const;
const head = 34;

/** `marks`: seconds at which something happened (a restart), drawn as lines through all panels. */
export function plot(title: string, series: readonly Series[], marks: readonly number[]): string {
  const panels = groups(series);
  const across = 3;
  const width = across * panel.width + 10;
  const height = head + Math.ceil(panels.length / across) * panel.height + 10;
  const end = Math.max(1, ...series.map(({ samples }) => samples.at(-1)?.at ?? 0));
  const drawn = panels.map((group, index) => {
    const x = (index % across) * panel.width + 5;
    const y = head + Math.floor(index / across) * panel.height;
    return `<g transform="translate(${x} ${y})">${draw(group, end, marks)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="10" fill="#333">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="10" y="20" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

/** Series that share a panel: of one program, figures that belong together. */
function groups(series: readonly Series[]): Series[][] {
  const owners = [...new Set(series.map(({ of }) => of))];
  return owners.flatMap((owner) =>
    columns
      .map((figures) => series.filter(({ of, figure }) => of === owner && figures.includes(figure)))
      .filter((group) => group.length > 0),
  );
}

function draw(group: readonly Series[], end: number, marks: readonly number[]): string {
  const values = group.flatMap(({ samples }) => samples.map(({ value }) => value));
  const top = niceAbove(Math.max(1, ...values));
  const [innerWidth, innerHeight] = [
    panel.width - panel.left - panel.right,
    panel.height - panel.top - panel.bottom,
  ];
  const x = (at: number): string => (panel.left + (at / end) * innerWidth).toFixed(1);
  const y = (value: number): string => (panel.top + (1 - value / top) * innerHeight).toFixed(1);
  const bottom = panel.top + innerHeight;
  const parts = [
    ...marks.map(
      (at) => `<path d="M${x(at)} ${panel.top}V${bottom}" stroke="#bbb" stroke-dasharray="2 2" fill="none"/>`,
    ),
    ...[0, 0.5, 1].map((share) => {
      const value = top * share;
      const label = `<text x="${panel.left - 4}" y="${(Number(y(value)) + 3).toFixed(1)}" text-anchor="end">${value}</text>`;
      return `<path d="M${panel.left} ${y(value)}H${panel.left + innerWidth}" stroke="#e4e4e4" fill="none"/>${label}`;
    }),
    ...[0, 0.5, 1].map((share) => {
      const minutes = (end / 60) * share;
      return `<text x="${x(end * share)}" y="${bottom + 12}" text-anchor="middle">${minutes.toFixed(minutes < 10 && share > 0 ? 1 : 0)} min</text>`;
    }),
    ...group.map(({ samples }, index) => {
      const points = samples.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ');
      return `<polyline points="${points}" fill="none" stroke="${colours[index % 2]}" stroke-width="1.2"/>`;
    }),
    legend(group),
  ];
  return parts.join('');
}

function legend(group: readonly Series[]): string {
  const names = group.map(({ figure, unit }, index) => {
    const text = escaped(unit === '' ? figure : `${figure}, ${unit}`);
    return `<tspan fill="${colours[index % 2]}" dx="8">${text}</tspan>`;
  });
  return `<text x="${panel.left}" y="${panel.top - 8}"><tspan font-weight="bold">${escaped(group[0]!.of)}</tspan>${names.join('')}</text>`;
}

/** The end of an axis: 1, 2 or 5 times a power of ten, or 4 and 8, above a value. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
