/** Variables of the environment that begin with `SLUICE_`. */
import { variableOf } from '../config.ts';

/** Kafka properties that a variable may name: `SLUICE_SASL_PASSWORD` is `sasl.password`. */
const families = [
  'bootstrap',
  'client',
  'connections',
  'metadata',
  'reconnect',
  'request',
  'retry',
  'sasl',
  'security',
  'socket',
  'ssl',
];

/** The Kafka property that a variable stands for; undefined for any other variable. */
export function kafkaPropertyOf(variable: string): string | undefined {
  const match = /^SLUICE_([A-Z]+)((?:_[A-Z0-9]+)+)$/.exec(variable);
  const family = match?.[1]?.toLowerCase();
  if (match === null || family === undefined || !families.includes(family)) return undefined;
  return family + (match[2] ?? '').toLowerCase().replaceAll('_', '.');
}

/** Variables that are read elsewhere: the broker's cache of artifacts, and what the tests hand on. */
const others = /^SLUICE_(?:CACHE|TEST_.*)$/;

/** Variables that look like Sluice's and mean nothing, such as a mistyped `SLUICE_TOPPIC`. */
export function strangeVariables(
  environment: Readonly<Record<string, string | undefined>>,
  knownFlags: readonly string[],
): string[] {
  const known = new Set(knownFlags.map(variableOf));
  return Object.keys(environment).filter(
    (name) =>
      name.startsWith('SLUICE_') &&
      !known.has(name) &&
      !others.test(name) &&
      kafkaPropertyOf(name) === undefined,
  );
}
