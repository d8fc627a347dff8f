/** The results as a page of Markdown. Pure. */
import type { Group } from './contender.ts';
import type { Results } from './rounds.ts';
import { median, ratios, type Spread, spread } from './statistics.ts';

/** The table of one group: medians, and ratios to its first contender. */
export function groupReport(group: Group, results: Results): string {
  const [base] = group.contenders;
  const secondsOf = (contender: typeof base): number[] =>
    results.get(contender)!.map(({ seconds }) => seconds);
  const gigabytes = group.bytes / 1e9;
  const lines = group.contenders.map((contender) => {
    const seconds = secondsOf(contender);
    const time = spread(seconds);
    const ratio = contender === base ? '1' : ratioText(ratios(seconds, secondsOf(base)));
    const runs = results.get(contender)!;
    const names = [...new Set(runs.flatMap(({ sides }) => Object.keys(sides)))];
    const sideText = (name: string, cost: 'cpuSeconds' | 'peakBytes'): number =>
      median(runs.map(({ sides }) => sides[name]?.[cost] ?? 0));
    const cpu = names.map((name) => `${name} ${(sideText(name, 'cpuSeconds') / gigabytes).toFixed(2)}`);
    const peak = names.map((name) => `${name} ${Math.round(sideText(name, 'peakBytes') / 1e6)}`);
    const cells = [
      contender.name,
      `${time.median.toFixed(2)} (${time.least.toFixed(2)} to ${time.most.toFixed(2)})`,
      ratio,
      Math.round(group.bytes / 1e6 / time.median),
      cpu.join(', '),
      peak.join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `## ${group.title}`,
    '',
    `| | seconds, median (least to most) | time / ${base.name} | MB/s | CPU seconds per GB | peak memory, MB |`,
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function ratioText({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

/** The whole page. */
export function pageReport(
  facts: { readonly date: string; readonly machine: string; readonly rounds: number },
  tables: readonly string[],
): string {
  return [
    `# Bench of ${facts.date}`,
    '',
    `${facts.machine}. ${facts.rounds} rounds in turn; ratios are of the same round. Both ends and the broker share this machine.`,
    'Memory is the sum of the peaks of all processes of a side.',
    '',
    ...tables,
  ].join('\n');
}
