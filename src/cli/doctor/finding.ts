/** What the doctor found, and how it is shown. */
import { ExitCode } from '../../errors.ts';
import type { Finding } from '../../files/shared/judge-topic.ts';
import { printable } from '../../printable.ts';
import type { Style } from '../terminal/style.ts';
import { padEnd, wrap } from '../terminal/text.ts';

export type { Finding, Status } from '../../files/shared/judge-topic.ts';

/** A finding within `columns`, with its remedy on lines of its own. Pure. */
export function findingLines(
  { check, status, message, remedy }: Finding,
  style: Style,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const { signs, good, faint, notice, bad } = style;
  const sign = {
    ok: good(signs.done),
    note: faint(signs.note),
    warning: notice(signs.warning),
    problem: bad(signs.failed),
  };
  const indent = ' '.repeat(column + 2);
  const room = Math.max(30, columns - column - 5);
  const [first = '', ...more] = wrap(printable(message), room);
  const found = [`${sign[status]} ${padEnd(check, column)}${first}`, ...more.map((line) => indent + line)];
  if (remedy === undefined) return found;
  const [how = '', ...rest] = wrap(printable(remedy), room);
  const arrowed = [`${signs.arrow} ${how}`, ...rest.map((line) => `  ${line}`)];
  return [...found, ...arrowed.map((line) => indent + faint(line))];
}

/** Columns of the names of the checks. */
const column = 18;

/** How many of each kind. */
export function tally(findings: readonly Finding[]): {
  readonly problems: number;
  readonly warnings: number;
} {
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  return { problems: count('problem'), warnings: count('warning') };
}

/** 4 when the cluster did not answer, 3 when there is another problem, 0 otherwise. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ unreachable }) => unreachable === true)) return ExitCode.unreachable;
  return tally(findings).problems > 0 ? ExitCode.incomplete : ExitCode.ok;
}
