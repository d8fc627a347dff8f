/** A plan as people read it. Pure. */
import type { Need, Plan, PlannedTopic, Unit } from '../../plan/facts.ts';
import { bytesText, figure } from '../../plan/sizes.ts';
import type { Style } from '../terminal/style.ts';
import { padEnd, wrap } from '../terminal/text.ts';

/** Lines of at most `columns`, each value with its reason below or beside it. */
export function planLines(plan: Plan, style: Style, columns: number): string[] {
  return [
    ...plan.topics.flatMap((topic) => topicLines(topic, style, columns)),
    ...block(
      'Brokers',
      plan.brokers.map(({ name, value, why }) => entry(`${name}=${value}`, why, style, columns)),
      style,
    ),
    ...block(
      'Quotas',
      plan.quotas.map(({ who, name, value, why }) => entry(`${who}: ${name}=${value}`, why, style, columns)),
      style,
    ),
    ...block(
      'What it takes',
      plan.needs.map((need) => needLines(need, style, columns)),
      style,
    ),
    ...plan.warnings.flatMap((message) =>
      wrap(`${style.signs.failed} ${message}`, columns).map(style.notice),
    ),
  ];
}

function topicLines(
  { name, holds, partitions, replicas, config }: PlannedTopic,
  style: Style,
  columns: number,
): string[] {
  return block(
    `${name} (${holds})`,
    [
      entry(`${partitions.value} partitions`, partitions.why, style, columns),
      entry(`${replicas.value} replicas`, replicas.why, style, columns),
      ...Object.entries(config).map(([key, { value, why }]) => entry(`${key}=${value}`, why, style, columns)),
    ],
    style,
  );
}

function block(heading: string, entries: readonly (readonly string[])[], style: Style): string[] {
  return entries.length === 0 ? [] : [style.strong(heading), ...entries.flat(), ''];
}

function entry(what: string, why: string, style: Style, columns: number): string[] {
  return [`  ${what}`, ...wrap(why, columns - 6).map((line) => `      ${style.faint(line)}`)];
}

function needLines({ what, value, unit, terms, why }: Need, style: Style, columns: number): string[] {
  return [
    `  ${padEnd(what, 32)}${amount(value, unit)}`,
    ...wrap(`= ${terms}`, columns - 6).map((line) => `      ${line}`),
    ...wrap(why, columns - 6).map((line) => `      ${style.faint(line)}`),
  ];
}

/** `12 GB`, `3.4 MB/s`, `0.12 cores`. */
export function amount(value: number, unit: Unit): string {
  if (unit === 'bytes') return bytesText(value);
  if (unit === 'bytes/s') return `${bytesText(value)}/s`;
  return `${figure(value)} ${unit}`;
}
