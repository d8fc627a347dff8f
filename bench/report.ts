/** The results as a page of Markdown. Pure. */
import type { Contender, Group, Measured } from './contender.ts';
import type { Results } from './rounds.ts';
import { median, quantile, ratios, type Spread, spread } from './statistics.ts';

/** The table of one group: medians, and ratios to its first contender. */
export function groupReport(group: Group, results: Results): string {
  const [base] = group.contenders;
  const gigabytesOf = (contender: Contender): number => (contender.bytes ?? group.bytes) / 1e9;
  const perGigabyte = (contender: Contender, figure: (run: Measured) => number): number[] =>
    results.get(contender)!.map((run) => figure(run) / gigabytesOf(contender));
  const ratio = (contender: Contender, figure: (run: Measured) => number, to = base): string =>
    contender === to ? '1' : spreadText(ratios(perGigabyte(contender, figure), perGigabyte(to, figure)));
  const bases = group.second === undefined ? [base] : [base, group.second];
  const lines = group.contenders.map((contender) => {
    const runs = results.get(contender)!;
    const time = spread(runs.map(({ seconds }) => seconds));
    const cells = [
      contender.name,
      spreadText(time),
      ...bases.map((to) => ratio(contender, ({ seconds }) => seconds, to)),
      Math.round((gigabytesOf(contender) * 1000) / time.median),
      sidesText(runs, ({ cpuSeconds }) => (cpuSeconds / gigabytesOf(contender)).toFixed(2)),
      ratio(contender, cpuOfEnds),
      sidesText(runs, ({ peakBytes }) => String(Math.round(peakBytes / 1e6))),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const heads = [
    ...['', 'seconds, median (least to most)', ...bases.map(({ name }) => `time per byte / ${name}`), 'MB/s'],
    ...['CPU seconds per GB', `CPU per byte without the broker / ${base.name}`, 'peak memory, MB'],
  ];
  return [
    `## ${group.title}`,
    '',
    `|${heads.map((head) => ` ${head} |`).join('')}`,
    `|${heads.map(() => '---|').join('')}`,
    ...lines,
    '',
  ].join('\n');
}

/** The table of a group that is about single records: quantiles of each run, and their medians over the rounds. */
export function latencyReport(group: Group, results: Results): string {
  const lines = group.contenders.map((contender) => {
    const runs = results.get(contender)!;
    const cell = (share: number): string =>
      spreadText(spread(runs.map(({ latencies = [] }) => quantile(latencies, share))));
    return `| ${[contender.name, cell(0.5), cell(0.99), cell(1)].join(' | ')} |`;
  });
  return [
    `## ${group.title}`,
    '',
    '| | p50, ms | p99, ms | longest, ms |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

/** The broker is a server that stands there already: what the ends cost is compared without it. */
function cpuOfEnds({ sides }: Measured): number {
  const ends = Object.entries(sides).filter(([name]) => name !== 'broker');
  return ends.reduce((sum, [, { cpuSeconds }]) => sum + cpuSeconds, 0);
}

/** Medians side by side, e.g. `sender 2.10, receiver 2.91`. */
function sidesText(
  runs: readonly Measured[],
  text: (cost: { cpuSeconds: number; peakBytes: number }) => string,
): string {
  const names = Object.keys(runs[0]?.sides ?? {});
  return names
    .map((name) => {
      const costs = runs.map(({ sides }) => sides[name]!);
      const cpuSeconds = median(costs.map((cost) => cost.cpuSeconds));
      const peakBytes = median(costs.map((cost) => cost.peakBytes));
      return `${name} ${text({ cpuSeconds, peakBytes })}`;
    })
    .join(', ');
}

function spreadText({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

/** The whole page. */
export function pageReport(
  facts: {
    readonly date: string;
    readonly machine: string;
    readonly rounds: number;
    /** Bytes that were written and removed before each run; 0: none. */
    readonly warmed: number;
  },
  tables: readonly string[],
): string {
  return [
    `# Bench of ${facts.date}`,
    '',
    `${facts.machine}. ${facts.rounds} rounds in turn; ratios are of the same round. Both ends and the broker share this machine.`,
    'The broker has moved some gigabytes before the first round, as one that has been running for a while.',
    facts.warmed > 0
      ? `Memory was warm: ${facts.warmed / 1e9} GB were written and removed just before each run, for a virtual machine that gives free memory back to its host pays for each fresh page of its page cache, and whoever writes twice (broker and sink) pays twice.`
      : 'Memory was cold: nothing was written before a run, so that each paid for the fresh pages of its page cache, which a virtual machine may have given back to its host.',
    'Neither `scp` nor `rsync -a` syncs what it has written; `rsync --fsync`, `sync` and Sluice do. Peak memory is the sum of the peaks of all processes of a side.',
    '',
    ...tables,
  ].join('\n');
}
