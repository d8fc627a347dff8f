/** Whether who claims a stream is known to be gone, without waiting for its claim to end. */
import { isDead } from '../../files/state/lease.ts';
import type { StreamClaim } from '../../records/live-claim.ts';

/** Its publisher ran on this machine, and does not any more. */
export function isGone({ owner, host, pid, boot }: StreamClaim): boolean {
  if (pid === undefined || boot === undefined) return false;
  return isDead({ owner, host, pid, boot });
}
