/**
 * One uploader of a name at a time. The lease is a record of `T.state` that its holder renews; a second uploader of the
 * name is refused while the first lives, and takes over when the lease has ended.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '../errors.ts';
import type { Lease } from '../records/state-record.ts';
import type { StandingLease, UploadState } from './upload-state.ts';

/** Milliseconds a lease lasts without being renewed. */
const lasts = 30_000;

/** Leases that this process holds. */
const living = new Set<string>();

export interface HoldLeaseOptions {
  readonly uploader: string;
  readonly topicId: string;
  readonly state: UploadState;
  /** Reads the standing lease anew. */
  readonly standing: () => Promise<StandingLease | undefined>;
  /** Called when somebody else has taken over while this process was stopped. */
  readonly lost: (error: ConfigurationError) => void;
}

export interface AwaitLeaseOptions {
  readonly uploader: string;
  readonly standing: () => Promise<StandingLease | undefined>;
  readonly waiting: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Waits until the name is free. Throws ConfigurationError when its holder is alive. */
export async function awaitLease(options: AwaitLeaseOptions): Promise<void> {
  const { uploader, standing, waiting, signal } = options;
  const first = await standing();
  if (first === undefined || isDead(first)) return;
  if (living.has(first.owner)) throw refusal(uploader, first);
  const ends = first.renewed + first.lasts;
  const left = Math.min(ends - Date.now(), first.lasts);
  if (left > 0) {
    waiting(
      `uploader "${uploader}" was alive on ${first.host} (process ${first.pid}) moments ago; its lease ends in ${Math.ceil(left / 1000)} s`,
    );
  }
  for (let waited = 0; waited < left && !signal.aborted; waited += 1000) {
    await delay(Math.min(1000, left), undefined, { signal }).catch(() => {});
    const now = await standing();
    if (now === undefined) return;
    if (now.owner !== first.owner || now.renewed > first.renewed) throw refusal(uploader, now);
  }
}

/** Takes the lease and renews it until `release`. */
export async function holdLease(options: HoldLeaseOptions): Promise<{ release(): Promise<void> }> {
  const { uploader, topicId, state, standing, lost } = options;
  const lease: Lease = {
    topic: topicId,
    owner: randomBytes(8).toString('hex'),
    host: hostname(),
    pid: process.pid,
    lasts,
  };
  let isLost = false;
  await state.writeLease(lease);
  living.add(lease.owner);
  let renewed = performance.now();
  const renew = async (): Promise<void> => {
    // Stopped for longer than the lease lasts: somebody may have taken over, and then we must not write.
    if (performance.now() - renewed > lasts) {
      const now = await standing();
      isLost = now !== undefined && now.owner !== lease.owner;
      if (isLost) return lost(refusal(uploader, now as Lease));
    }
    await state.writeLease(lease);
    renewed = performance.now();
  };
  const timer = setInterval(() => void renew().catch(() => {}), lasts / 3);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      living.delete(lease.owner);
      // What stands there is somebody else's then.
      if (!isLost) await state.writeLease(null);
    },
  };
}

/** True when the holder is known to be gone: it ran on this host, and no such process runs. */
function isDead(lease: StandingLease): boolean {
  if (lease.host !== hostname()) return false;
  // In containers everybody is process 1: our own number is somebody's who lives only if that is ourselves.
  if (lease.pid === process.pid) return !living.has(lease.owner);
  try {
    process.kill(lease.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function refusal(uploader: string, lease: Lease): ConfigurationError {
  return new ConfigurationError(
    `an uploader named "${uploader}" is running on ${lease.host} (process ${lease.pid}): stop it, or choose another --name`,
  );
}
