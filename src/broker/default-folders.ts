/** Where a broker's data and Kafka's artifacts stay when the user names no folder. */
import { join } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { baseFolder, homeFolder } from '../machine.ts';

/**
 * `$XDG_DATA_HOME/sluice/broker`, else `~/.local/share/sluice/broker`; a cluster of three has `broker-3`. Throws
 * ConfigurationError for a user without a home.
 */
export function defaultDataDir(brokers: 1 | 3): string {
  const base = baseFolder('XDG_DATA_HOME') ?? within(homeFolder(), '.local', 'share');
  if (base === undefined) {
    throw new ConfigurationError(
      'this user has no home folder for the data of the broker: name a folder with --data',
    );
  }
  return join(base, 'sluice', brokers === 1 ? 'broker' : `broker-${brokers}`);
}

/** `$SLUICE_CACHE`, else `$XDG_CACHE_HOME/sluice`, else `~/.cache/sluice`; undefined for a user without a home. */
export function knownCacheFolder(): string | undefined {
  return (
    process.env.SLUICE_CACHE ||
    within(baseFolder('XDG_CACHE_HOME') ?? within(homeFolder(), '.cache'), 'sluice')
  );
}

/** The same for whoever cannot do without. Throws ConfigurationError. */
export function cacheFolder(): string {
  const folder = knownCacheFolder();
  if (folder !== undefined) return folder;
  throw new ConfigurationError(
    'this user has no home folder to keep Apache Kafka in: name a folder in the variable SLUICE_CACHE',
  );
}

function within(folder: string | undefined, ...names: readonly string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...names);
}
