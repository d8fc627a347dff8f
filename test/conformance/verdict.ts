/** Rules applied to what was seen, and the report of it. Pure. */
import { describeError } from '../../src/errors.ts';
import type { Evidence } from './evidence.ts';
import { allRules } from './rules/all.ts';
import type { Rule } from './rules/rule.ts';

export interface Verdict {
  readonly rule: Rule;
  readonly outcome: 'pass' | 'fail' | 'not seen';
  /** What speaks against it. */
  readonly complaints: readonly string[];
}

export function judgeAll(evidence: Evidence): Verdict[] {
  return allRules.map((rule) => {
    const complaints = judge(rule, evidence);
    if (complaints === undefined) return { rule, outcome: 'not seen', complaints: [] };
    return { rule, outcome: complaints.length === 0 ? 'pass' : 'fail', complaints };
  });
}

/** A rule that cannot cope with what came is broken by it. */
function judge(rule: Rule, evidence: Evidence): readonly string[] | undefined {
  try {
    return rule.judge(evidence);
  } catch (error) {
    return [describeError(error)];
  }
}

/** Complaints of one rule that are shown, and the most that each of them may say. */
const shown = { complaints: 3, characters: 160 };

/** One line a rule, what speaks against it below. */
export function report(verdicts: readonly Verdict[]): string {
  const width = Math.max(...verdicts.map(({ rule }) => rule.id.length));
  const lines = verdicts.flatMap(({ rule, outcome, complaints }, index) => [
    `${String(index + 1).padStart(2)}  ${outcome.padEnd(8)}  ${rule.id.padEnd(width)}  ${rule.says} (${rule.source})`,
    ...complaints
      .slice(0, shown.complaints)
      .map((text) => `              ${text.slice(0, shown.characters)}`),
    ...(complaints.length > shown.complaints
      ? [`              and ${complaints.length - shown.complaints} more`]
      : []),
  ]);
  const count = (outcome: Verdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length;
  const unseen = count('not seen') === 0 ? '' : `, ${count('not seen')} not seen`;
  return `${lines.join('\n')}\n\n${count('pass')} of ${verdicts.length} rules kept, ${count('fail')} broken${unseen}\n`;
}
