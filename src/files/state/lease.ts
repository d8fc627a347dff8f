/**
 * One uploader of a name at a time. The lease is a record of `T.state` that its holder renews ({@link HeldLease}); a second
 * uploader of the name is refused while the first lives, and takes over when the lease has ended.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '../../errors.ts';
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { hostName } from '../../machine.ts';
import { decodeStateRecord, type Lease } from '../../records/state-record.ts';
import { uploadWaits } from '../shared/upload-waits.ts';
import { thisBoot } from './boot.ts';

/** A lease as it stands on the topic. */
export interface StandingLease extends Lease {
  /** The Kafka offset of its record: a renewal has another. */
  readonly offset: number;
}

/** The lease of an uploader that a record of `T.state` tells of, `null` where it was given back; undefined for any other record. */
export function leaseIn(record: ConsumedRecord, uploader: string): StandingLease | null | undefined {
  if (record.key === null || String(Buffer.from(record.key)) !== uploader) return undefined;
  const decoded = decodeStateRecord(record);
  if (decoded.kind !== 'lease') return undefined;
  return decoded.lease === null ? null : { ...decoded.lease, offset: record.offset };
}

/** Reads the leases of an uploader, and `null` where one was given back, in the order of their records, from an offset on. */
export type ReadLeases = (from: number) => Promise<readonly (StandingLease | null)[]>;

/** Owners whose leases this process holds. */
export const living: Set<string> = new Set();

export interface AwaitLeaseOptions {
  readonly uploader: string;
  /** The lease that was found. */
  readonly lease: StandingLease;
  readonly leases: ReadLeases;
  readonly waiting: (message: string) => void;
  readonly signal: AbortSignal;
  /** What to do while the holder is alive. Default: as an uploader is told. */
  readonly advice?: string | undefined;
  /** Milliseconds between two looks. Default: `uploadWaits.leaseLook`. */
  readonly pause?: number;
}

/**
 * Waits until the name is free: given back, or not renewed for as long as the lease lasts. That is measured from now on, by
 * our own steady clock: the time of the record is that of its holder's clock, and clocks are wrong. Throws
 * ConfigurationError when the holder is alive.
 */
export async function awaitLease(options: AwaitLeaseOptions): Promise<void> {
  const { uploader, lease, leases, waiting, signal, advice, pause = uploadWaits.leaseLook } = options;
  if (isDead(lease)) return;
  if (living.has(lease.owner)) throw refusal(uploader, lease, advice);
  const ends = performance.now() + lease.lasts;
  waiting(
    `uploader "${uploader}" on ${lease.host} (process ${lease.pid}) has not given its name back; it is taken for gone if it gives no sign of life for ${Math.ceil(lease.lasts / 1000)} s`,
  );
  for (let left = lease.lasts; left > 0 && !signal.aborted; left = ends - performance.now()) {
    await delay(Math.min(pause, left), undefined, { signal }).catch(() => {});
    const now = (await leases(lease.offset)).at(-1) ?? undefined;
    if (now === undefined) return;
    if (now.offset !== lease.offset) throw refusal(uploader, now, advice);
  }
}

/**
 * Whose the name is after these records, which begin where it was free: the first one's who came, until it gives it back. Pure.
 */
export function holderOf(leases: readonly (StandingLease | null)[]): StandingLease | undefined {
  let holder: StandingLease | undefined;
  for (const lease of leases) {
    if (lease === null) holder = undefined;
    else if (holder === undefined || holder.owner === lease.owner) holder = lease;
  }
  return holder;
}

/** True when the holder is known to be gone: it ran in this boot of this system, and no such process runs. */
export function isDead(lease: Pick<Lease, 'owner' | 'host' | 'pid' | 'boot'>): boolean {
  if (thisBoot === undefined || lease.boot !== thisBoot || lease.host !== (hostName() ?? '')) return false;
  // A number has one process at a time: ours is somebody's who lives only if that is ourselves.
  if (lease.pid === process.pid) return !living.has(lease.owner);
  try {
    process.kill(lease.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const usualAdvice = 'stop it, or choose another --name';

export function refusal(uploader: string, lease: Lease, advice: string = usualAdvice): ConfigurationError {
  return new ConfigurationError(
    `an uploader named "${uploader}" is running on ${lease.host} (process ${lease.pid}): ${advice}`,
  );
}
