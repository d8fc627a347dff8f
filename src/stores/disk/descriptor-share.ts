/** How many files a sink may keep open, where the system lets this process open few: its connections need some too. */
import { openFilesLimit } from '../../machine.ts';

/** Open at once of each kind, where there is no lack. */
const most = 128;
/** Left for everything else: Node's own, brokers, the journal, and what is open for a moment. */
const others = 48;

/** Of each of two kinds, temporary files and folders; `limit` is that of the process. Pure. */
export function shareOf(limit: number): number {
  return Math.min(most, Math.max(4, Math.floor((limit - others) / 2)));
}

export function descriptorShare(): number {
  return shareOf(openFilesLimit() ?? Number.POSITIVE_INFINITY);
}
