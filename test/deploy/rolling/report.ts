/** What a rolling update has shown, and whether it is good. */
import type { AudienceFigures } from './audience.ts';
import type { Rollout } from './controllers.ts';
import type { End } from './pod.ts';

/**
 * Seconds that a viewer may wait for the next part, beyond what was waited while nothing was replaced: while servers are, and while the sender has
 * to connect anew.
 */
const longest = { usual: 3, ingest: 10 } as const;

export interface Phase {
  readonly name: string;
  readonly audience: AudienceFigures;
  readonly rollout: Rollout | undefined;
}

export interface Judged {
  readonly phases: readonly Phase[];
  /** Files that were written, and those that are not at the sink as they were. */
  readonly wanted: number;
  readonly missing: readonly string[];
  /** Files at the sink that nobody wrote. */
  readonly strangers: readonly string[];
  readonly faults: readonly string[];
  readonly fatal: readonly string[];
  /** Of the processes that ended after all. */
  readonly ends: readonly End[];
  /** How often the sender has connected. */
  readonly starts: number;
  /** How often whoever drops files had to ask the console again. */
  readonly again: number;
}

export function phaseOf(name: string, audience: AudienceFigures, rollout: Rollout | undefined): Phase {
  return { name, audience, rollout };
}

function allowed({ name }: Phase, phases: readonly Phase[]): number {
  const quiet = phases[0]?.audience.wait ?? 0;
  return quiet + (name.endsWith('ingest') ? longest.ingest : longest.usual);
}

export function judge({ phases, missing, strangers, faults, fatal }: Judged): boolean {
  const isSoon = phases.every((phase) => phase.audience.wait <= allowed(phase, phases));
  return isSoon && missing.length + strangers.length + faults.length + fatal.length === 0;
}

export function report(judged: Judged, { nodes, viewers }: { nodes: number; viewers: number }): string {
  const { phases, wanted, missing, strangers, faults, fatal, starts, again } = judged;
  const rows = phases.map(({ name, audience, rollout }) => {
    const { wait, failures, fatal: ended } = audience;
    const ends = rollout?.ends ?? [];
    const slowest = Math.max(0, ...ends.map(({ seconds }) => seconds));
    const codes = [...new Set(ends.map(({ code }) => code))].join(', ');
    const again = Object.entries(failures).map(([reason, count]) => `${count} x ${reason}`);
    return [
      name,
      rollout === undefined ? '' : String(ends.length),
      rollout === undefined ? '' : `${rollout.seconds.toFixed(0)} s`,
      rollout === undefined ? '' : `${slowest.toFixed(1)} s of ${ends[0]?.grace} s (${codes})`,
      `${wait.toFixed(2)} s`,
      again.join(', ') || '0',
      String(ended.length),
    ];
  });
  const head = ['replaced', 'pods', 'took', 'slowest exit', "viewers' longest wait", 'asked again', 'fatal'];
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const lines = [
    `${nodes} uploaders, ${viewers} viewers; ${wanted} files, ${missing.length} lost, ${strangers.length} that nobody wrote; the sender connected ${starts} times, whoever drops files asked ${again} times again`,
    ...missing.slice(0, 10).map((path) => `lost: ${path}`),
    ...strangers.slice(0, 10).map((path) => `not written: ${path}`),
    ...fatal.slice(0, 10).map((reason) => `fatal: ${reason}`),
    ...faults.map((fault) => `fault: ${fault}`),
  ];
  return `${table}\n\n${lines.join('\n')}\n`;
}
