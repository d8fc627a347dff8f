/** Where a broker's data stays when the user names no folder. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_DATA_HOME/sluice/broker`, else `~/.local/share/sluice/broker`; a cluster of three has `broker-3`. */
export function defaultDataDir(brokers: 1 | 3): string {
  const base = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(base, 'sluice', brokers === 1 ? 'broker' : `broker-${brokers}`);
}
