/** Comparisons over poor lines as a page of Markdown. Pure. */
import { type Spread, spread } from '../statistics.ts';
import type { Chart } from './contender.ts';
import type { Outcome } from './turns.ts';

export interface Heading {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  /** The kernel's name of it. */
  readonly congestion: string;
  /** How the bench was called. */
  readonly options: string;
  /** File name of the picture, beside the page. */
  readonly picture: string;
}

/** Rounds in which it was measured. */
function measured(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value));
}

/** Undefined where every round failed. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const all = measured(values);
  return all.length === 0 ? undefined : spread(all);
}

/** The table of a row: medians, and ratios to its first line, each to that of the same round. */
export function outcomeReport({ row, figures, failures }: Outcome): string {
  const base = [...figures.values()][0] ?? [];
  const hasRate = row.bytes !== undefined;
  const lines = [...figures].map(([name, values], index) => {
    const found = spreadOf(values);
    const ratio = spreadOf(values.map((value, round) => value / base[round]!));
    const rate = found && row.bytes !== undefined ? rateText(row.bytes / 1e6 / found.median) : '';
    const cells = [
      name,
      spreadText(found),
      index === 0 ? '1' : spreadText(ratio),
      ...(hasRate ? [rate] : []),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const [first = ''] = figures.keys();
  return [
    `## ${row.title}`,
    '',
    `| | ${row.unit}, median (least to most) | / ${first} |${hasRate ? ' MB/s |' : ''}`,
    `|---|---|---|${hasRate ? '---|' : ''}`,
    ...lines,
    '',
    ...failures.map((failure) => `- failed: ${failure}`),
    ...(failures.length > 0 ? [''] : []),
  ].join('\n');
}

function spreadText(found: Spread | undefined): string {
  if (found === undefined) return '–';
  const { median, least, most } = found;
  const digits = most < 10 ? 2 : 1;
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** The table of what grows: medians in seconds, and their ratios to those of the first curve. */
function chartReport({ title, steps, curves }: Chart): string {
  const base = curves[0]?.values ?? [];
  const lines = steps.map((step, index) => {
    const cells = curves.map(({ values }, curve) => {
      const value = values[index]!;
      if (Number.isNaN(value)) return '–';
      return curve === 0 ? value.toFixed(2) : `${value.toFixed(2)} (${(value / base[index]!).toFixed(2)})`;
    });
    return `| ${[step, ...cells].join(' | ')} |`;
  });
  return [
    `## ${title}`,
    '',
    `| seconds, median (/ ${curves[0]?.name}) | ${curves.map(({ name }) => name).join(' | ')} |`,
    `|---|${curves.map(() => '---|').join('')}`,
    ...lines,
    '',
  ].join('\n');
}

/** MB/s: from 64 kb/s to 1 Gb/s. */
function rateText(rate: number): string {
  return rate.toFixed(rate < 1 ? 3 : rate < 10 ? 2 : 0);
}

/** The whole page. */
export function pageReport(heading: Heading, outcomes: readonly Outcome[], charts: readonly Chart[]): string {
  const { date, machine, rounds, congestion, options, picture } = heading;
  return [
    `# Bench over poor lines, ${date}`,
    '',
    `${machine}. Congestion control: ${congestion}, at both ends. ${rounds} rounds in turn; ratios are of the same round. Called with: \`${options}\`.`,
    '',
    'Two hosts are two network namespaces of this machine, the line between them is a program ([ADR 190](../../docs/adr/0190-poor-lines-between-namespaces.md)): delay, rate and loss of packets, the same',
    'in both directions; what would wait longer than 200 ms for its turn is dropped (on lines of some kb/s: than 20 packets take). A line is named by its round-trip time, rate and loss.',
    'The broker and sshd stand at the far side. Both had carried something before the first round of each row: topics were there, a downloader waited at its topic. Each run opens its connections anew, and TCP remembers',
    'nothing of the one before. The page cache was not warmed: what is written here is small.',
    '"Verified at the far side": from the start of the uploader to the last file digested, durable and under its name beside the broker; "acknowledged": to the end of the uploader. "Download": from the start of',
    '`download --once` at the near side to its end, of what stands on the topic. scp, rsync and rclone digest what they move or not, and sync none of it.',
    '',
    `![All of it](${picture})`,
    '',
    ...outcomes.map(outcomeReport),
    ...charts.map(chartReport),
  ].join('\n');
}
