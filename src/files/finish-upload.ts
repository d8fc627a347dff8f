/** The end of an upload that came in chunks: verified and published, or kept aside with a name that says why. */
import { describeError } from '../errors.ts';
import type { FileFacts } from '../records/file-facts.ts';
import { VanishedError } from '../stores/vanished.ts';
import type { FailedEvent } from './events.ts';
import { ConflictError, type OpenUpload } from './open-upload.ts';
import type { OpenUploads } from './open-uploads.ts';
import { isPermanent } from './patience.ts';
import { mismatchMessage, type Receiving } from './receiving.ts';
import { setAside } from './set-aside.ts';

/** All bytes have come: verify and publish, once. */
export async function finishUpload(
  receiving: Receiving,
  uploads: OpenUploads,
  upload: OpenUpload,
  facts: FileFacts,
): Promise<void> {
  if (!uploads.end(upload.ref.upload)) return;
  const work = verifyAndPublish(receiving, uploads, upload, facts);
  upload.finishing = work.then(
    () => {},
    () => {},
  );
  if (await work) await uploads.supersede(upload.target, upload.ref.upload);
}

/** True when this version or a newer one stands at the sink now. */
async function verifyAndPublish(
  receiving: Receiving,
  uploads: OpenUploads,
  upload: OpenUpload,
  facts: FileFacts,
): Promise<boolean> {
  const { sink, signal } = receiving.options;
  const { ref, target } = upload;
  await upload.settled();
  const digest = await upload.digest(facts.digest, signal);
  if (digest !== facts.digest) {
    if (upload.mayBeDamaged) throw new VanishedError('its temporary file has other bytes than were sent');
    const message = mismatchMessage(digest, facts.digest);
    const failure = { reason: 'digest-mismatch', message, remains: 'quarantine' } as const;
    await failUpload(receiving, uploads, upload, failure);
    return false;
  }
  await receiving.turns.run(target, async () => {
    const published = { upload: ref.upload, size: facts.size, digest: facts.digest };
    const standing = await receiving.standing(target, ref.upload, facts);
    if (standing === 'other') {
      await sink.publish(ref.upload, target, facts, published);
      receiving.tellReceived(ref, facts, target);
    } else {
      await sink.discard(ref.upload);
      if (standing === 'same') await sink.adopt(target, published);
      receiving.tellUnchanged();
    }
    uploads.remove(upload);
  });
  return true;
}

/** Ends an upload whose version, or a newer one, stands at the sink already; false when none does. */
export async function endIfStanding(
  receiving: Receiving,
  uploads: OpenUploads,
  upload: OpenUpload,
  facts: FileFacts,
): Promise<boolean> {
  const { ref, target } = upload;
  return receiving.turns.run(target, async () => {
    const standing = await receiving.standing(target, ref.upload, facts);
    if (standing === 'other') return false;
    await uploads.discard(upload);
    if (standing === 'same') {
      const published = { upload: ref.upload, size: facts.size, digest: facts.digest };
      await receiving.options.sink.adopt(target, published);
    }
    receiving.tellUnchanged();
    return true;
  });
}

export interface Failure {
  readonly reason: FailedEvent['reason'];
  readonly message: string;
  /** What becomes of the bytes that came. */
  readonly remains: 'quarantine' | 'discard';
}

/** Ends an upload that will never be whole, and says so. Others go on. */
export async function failUpload(
  receiving: Receiving,
  uploads: OpenUploads,
  upload: OpenUpload,
  failure: Failure,
): Promise<void> {
  const { ref, target } = upload;
  if (uploads.get(ref.upload) !== upload) return;
  if (failure.remains === 'discard') {
    await uploads.discard(upload);
    return receiving.tellFailed(ref, failure.reason, failure.message);
  }
  uploads.end(ref.upload);
  uploads.remove(upload);
  await upload.settled().catch(() => {});
  receiving.tellFailed(
    ref,
    failure.reason,
    failure.message + (await setAside(receiving, ref.upload, target)),
  );
}

/** What an error in receiving means for this upload. Rethrows what does not concern it alone. */
export async function failWith(
  receiving: Receiving,
  uploads: OpenUploads,
  upload: OpenUpload,
  error: unknown,
): Promise<void> {
  if (error instanceof ConflictError) {
    return failUpload(receiving, uploads, upload, {
      reason: 'conflicting-data',
      message: error.message,
      remains: 'quarantine',
    });
  }
  if (!isPermanent(error)) throw error;
  const message = `cannot be written: ${describeError(error)}`;
  await failUpload(receiving, uploads, upload, { reason: 'sink', message, remains: 'discard' });
}
