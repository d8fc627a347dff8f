/** The end of an upload that came in chunks: verified and published, or kept aside with a name that says why. */
import { describeError } from '../../errors.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import { TouchedError } from '../../stores/touched.ts';
import { VanishedError } from '../../stores/vanished.ts';
import { fileReceived } from '../../tracing/of-files.ts';
import { ConflictError } from '../incoming/incoming-bytes.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import { mismatchMessage, type ReceiveContext } from '../incoming/receive-context.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import type { FailedEvent } from '../shared/events.ts';
import { type HeldFiles, isMendable } from './held-files.ts';
import { mayOverwrite } from './overwrite.ts';
import { setAside } from './set-aside.ts';

/** How often a file is verified that somebody may change all the time. */
const verifications = 3;

/** All bytes have come: verify and publish, once. */
export async function finishUpload(
  context: ReceiveContext,
  uploads: IncomingUploads,
  held: HeldFiles,
  upload: IncomingUpload,
  facts: FileFacts,
): Promise<void> {
  // Its partition is another member's by now: it has not ended, and is received when that comes back.
  if (upload.isGone || !uploads.end(upload.ref.upload)) return;
  upload.trace = fileReceived(upload.ref, facts, context.topicName, upload.came);
  const work = verifyAndPublish(context, uploads, held, upload, facts);
  await finishBy(uploads, upload, work);
}

/** Whoever makes durable what is open waits for the work; what stands then ends older versions of the name. */
async function finishBy(
  uploads: IncomingUploads,
  upload: IncomingUpload,
  work: Promise<boolean>,
): Promise<void> {
  upload.finishing = work.then(
    (stands) => upload.trace?.end(stands ? undefined : 'it did not get its name'),
    (error: unknown) => upload.trace?.end(describeError(error)),
  );
  if (await work) await uploads.supersede(upload.target, upload.ref.upload);
}

/** True when this version or a newer one stands at the sink now. What was perhaps changed on the way to its name is verified again. */
async function verifyAndPublish(
  context: ReceiveContext,
  uploads: IncomingUploads,
  held: HeldFiles,
  upload: IncomingUpload,
  facts: FileFacts,
): Promise<boolean> {
  for (let left = verifications - 1; ; left--) {
    try {
      return await verifyThenPublish(context, uploads, held, upload, facts);
    } catch (error) {
      if (!(error instanceof TouchedError)) throw error;
      if (left === 0) throw new VanishedError('somebody keeps changing its temporary file', { cause: error });
    }
  }
}

async function verifyThenPublish(
  context: ReceiveContext,
  uploads: IncomingUploads,
  held: HeldFiles,
  upload: IncomingUpload,
  facts: FileFacts,
): Promise<boolean> {
  const { signal } = context.options;
  await upload.settled();
  const verifying = upload.trace?.child('verify');
  const digest = await upload.digest(facts.digest, signal);
  verifying?.end(digest === facts.digest ? undefined : 'its digest is another one');
  if (digest !== facts.digest) {
    if (upload.mayBeDamaged) throw new VanishedError('its temporary file has other bytes than were sent');
    const message = mismatchMessage(digest, facts.digest);
    const failure = { reason: 'digest-mismatch', message, remains: 'quarantine' } as const;
    await failUpload(context, uploads, upload, failure);
    return false;
  }
  return publishVerified(context, uploads, held, upload, facts);
}

/** Tries the name of a file that was held. What has lain long meanwhile is verified once more. */
export async function publishHeld(
  context: ReceiveContext,
  uploads: IncomingUploads,
  held: HeldFiles,
  upload: IncomingUpload,
): Promise<void> {
  // While it is fetched again, or lacks bytes then, it is not whole any more.
  if (upload.close === undefined || !upload.complete || upload.again !== undefined) return;
  const { close } = upload;
  const verify = (): Promise<boolean> => verifyAndPublish(context, uploads, held, upload, close);
  const publish = async (): Promise<boolean> => {
    try {
      return await publishVerified(context, uploads, held, upload, close);
    } catch (error) {
      if (!(error instanceof TouchedError)) throw error;
      return verify();
    }
  };
  await finishBy(uploads, upload, upload.hasLainLong() ? verify() : publish());
}

/** True when this version or a newer one stands at the sink now; false when its name may not be written. */
async function publishVerified(
  context: ReceiveContext,
  uploads: IncomingUploads,
  held: HeldFiles,
  upload: IncomingUpload,
  facts: FileFacts,
): Promise<boolean> {
  const { sink } = context.options;
  const { ref, target } = upload;
  const until = held.obstacles.untilAmongOthers();
  const publish = async (): Promise<boolean> => {
    if (upload.isGone) return true;
    const published = { upload: ref.upload, size: facts.size, digest: facts.digest };
    const standing = await context.standing(target, ref.upload, facts);
    if (standing === 'other') {
      let keptAs: string | undefined;
      try {
        const over = await mayOverwrite(context, target, ref.upload, facts);
        if (over === 'newer' || typeof over === 'object') {
          await uploads.discard(upload);
          if (over === 'newer') context.tellUnchanged();
          else context.tellNotReplaced(ref, target, over.stays);
          return over === 'newer';
        }
        const naming = upload.trace?.child('rename');
        keptAs = await sink.publish(ref.upload, target, facts, published, over);
        naming?.end();
      } catch (error) {
        if (!isMendable(error)) throw error;
        if (held.hold(upload, error)) return false;
        await held.lookAgain(until);
        const message = `cannot be written: ${describeError(error)}; nor is it kept, for ${held.whyNotHeld}`;
        await failUpload(context, uploads, upload, { reason: 'sink', message, remains: 'discard' });
        return false;
      }
      context.tellReceived(ref, facts, target, keptAs);
    } else {
      await sink.discard(ref.upload);
      if (standing === 'same') await sink.adopt(target, published, facts);
      context.tellUnchanged();
    }
    uploads.remove(upload);
    return true;
  };
  return context.turns.run(target, () => context.untilNotReplaced(publish));
}

/** Ends an upload whose version, or a newer one, stands at the sink already; false when none does. */
export async function endIfStanding(
  context: ReceiveContext,
  uploads: IncomingUploads,
  upload: IncomingUpload,
  facts: FileFacts,
): Promise<boolean> {
  const { ref, target } = upload;
  const stands = await context.turns.run(target, async () => {
    const standing = await context.standing(target, ref.upload, facts);
    if (standing === 'other') return false;
    await uploads.discard(upload);
    if (standing === 'same') {
      const published = { upload: ref.upload, size: facts.size, digest: facts.digest };
      await context.options.sink.adopt(target, published, facts);
    }
    context.tellUnchanged();
    return true;
  });
  // A run that was killed before it had noted that this stands had forgotten none of them.
  if (stands) await uploads.supersede(target, ref.upload);
  return stands;
}

export interface Failure {
  readonly reason: FailedEvent['reason'];
  readonly message: string;
  /** What becomes of the bytes that came. */
  readonly remains: 'quarantine' | 'discard';
}

/** Ends an upload that will never be whole, and says so. Others go on. */
export async function failUpload(
  context: ReceiveContext,
  uploads: IncomingUploads,
  upload: IncomingUpload,
  failure: Failure,
): Promise<void> {
  const { ref, target } = upload;
  if (uploads.get(ref.upload) !== upload) return;
  // What a copy or a delta names may be for other eyes than those of its own name.
  if (failure.remains === 'discard' || upload.isMade) {
    await uploads.discard(upload);
    return context.tellFailed(ref, failure.reason, failure.message);
  }
  uploads.end(ref.upload);
  uploads.remove(upload);
  await upload.settled().catch(() => {});
  context.tellFailed(
    ref,
    failure.reason,
    failure.message + (await setAside(context, ref.upload, target, upload.bytes)),
  );
}

/** What an error in receiving means for this upload. Rethrows what does not concern it alone. */
export async function failWith(
  context: ReceiveContext,
  uploads: IncomingUploads,
  upload: IncomingUpload,
  error: unknown,
): Promise<void> {
  if (error instanceof ConflictError) {
    return failUpload(context, uploads, upload, {
      reason: 'conflicting-data',
      message: error.message,
      remains: 'quarantine',
    });
  }
  if (!isPermanent(error)) throw error;
  const message = `cannot be written: ${describeError(error)}`;
  await failUpload(context, uploads, upload, { reason: 'sink', message, remains: 'discard' });
}
