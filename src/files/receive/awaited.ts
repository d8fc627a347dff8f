/**
 * Uploads that are closed and lack bytes that may still come: of a topic that is copied to another cluster (by MirrorMaker, say) each partition is copied by itself, and the
 * closing record of a striped upload may be there days before chunks in other partitions.
 */
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';

/** Milliseconds that bytes are waited for: a copier that stopped on a Friday goes on on Monday. */
const patience = 4 * 24 * 3_600_000;
/** Milliseconds between two times that such an upload is fetched, where it has to be: as many as it has waited, within these. */
const [soonest, latest] = [1000, 600_000];

/** What a run knows of bytes that did not come. */
export interface LackingOptions {
  /** Why bytes of an upload, of which no more will come, are missing, as the end of a sentence about them. */
  readonly whyMissing: (upload: IncomingUpload) => Promise<string>;
  /** True where chunks of an upload are not where its closing record says: they may still come. */
  readonly standElsewhere: (upload: IncomingUpload) => Promise<boolean>;
  /** An upload was closed before all of its bytes had come. */
  readonly onIncomplete: (upload: string) => void;
}

/** What is to become of an upload of which nothing more is on its way. */
export type Next = 'wait' | 'fill' | 'again' | 'fail';

/** `now`: milliseconds since the epoch. */
export async function nextOf(
  context: Pick<ReceiveContext, 'options'>,
  upload: IncomingUpload,
  now: number = Date.now(),
): Promise<Next> {
  if (isAwaited(upload, now)) {
    // Others have their chunks as they come.
    if (!upload.isFetched && !upload.isPassedOver) return 'wait';
    if (now < upload.fetchedNext) return 'wait';
    const ends = await context.options.ends?.();
    const reached = (upload.told ?? []).map(([partition]) => ends?.get(partition)).join();
    if (reached === upload.fetchedUpTo) return 'wait';
    upload.fetchedUpTo = reached;
    upload.fetchedNext = now + Math.min(Math.max(soonest, now - (upload.awaited ?? now)), latest);
    return 'fill';
  }
  if (upload.isPassedOver && !upload.isFetched) return 'fill';
  return upload.isMade || !upload.mayBeDamaged ? 'fail' : 'again';
}

/** True where bytes that it lacks are waited for from now on, or still. */
export async function isToBeAwaited(
  { options }: Pick<ReceiveContext, 'options'>,
  upload: IncomingUpload,
  standElsewhere: LackingOptions['standElsewhere'],
  now: number = Date.now(),
): Promise<boolean> {
  if (upload.awaited !== undefined) return isAwaited(upload, now);
  if (!(await standElsewhere(upload))) return false;
  upload.awaited = now;
  upload.dirty = true;
  const until = new Date(now + patience).toISOString();
  const message = `${upload.target} is waited for until ${until}: its closing record is here, and chunks in other partitions are not, as on a topic that is being copied from another cluster; see that what copies it (MirrorMaker) runs`;
  options.onEvent({ type: 'warning', message });
  return true;
}

/** The end of a sentence about what has not come. */
export function whyGivenUp({ awaited }: IncomingUpload): string | undefined {
  if (awaited === undefined) return undefined;
  return `were waited for since ${new Date(awaited).toISOString()}, and were not copied to this topic: send it again, or add --reset once when they are there`;
}

function isAwaited({ awaited }: IncomingUpload, now: number): boolean {
  return awaited !== undefined && now < awaited + patience;
}
