/** Releases of Kafka. Pure. */
import { ConfigurationError } from '../errors.ts';

/** Whether `version`, `MAJOR.MINOR` and whatever follows, is this one or newer. Throws ConfigurationError for another form. */
export function isSince(version: string, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)(?:\.|$)/.exec(version) ?? [];
  if (first === undefined)
    throw new ConfigurationError(`"${version}" is no release of Kafka: write MAJOR.MINOR, e.g. 4.3`);
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}
