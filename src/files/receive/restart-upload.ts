/** An upload whose temporary file somebody removed or changed: Kafka still has its bytes, and it is received anew. */
import { describeError } from '../../errors.ts';
import { VanishedError } from '../../stores/vanished.ts';
import { ConflictError } from '../incoming/incoming-bytes.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { failUpload, failWith } from './finish-upload.ts';
import { fetchInTurn } from './in-turn.ts';

/** How often an upload is fetched again: a folder in which temporary files vanish all the time is no place for them. */
const tries = 3;

/**
 * Fetches the upload's bytes again. With `keep`, what its temporary file still has is kept, and compared. Ends the upload when
 * that was tried too often; rejects with what does not concern it alone.
 */
export async function restartUpload(
  context: ReceiveContext,
  uploads: IncomingUploads,
  upload: IncomingUpload,
  reason: Error,
  keep: boolean,
): Promise<void> {
  const { sink, progress, onEvent, fetchAgain } = context.options;
  const { ref, target } = upload;
  let cause: Error = reason;
  // Its chunks may have been committed: the next run must know where they are.
  upload.dirty = true;
  for (let mayKeep = keep; ; mayKeep = false) {
    if (upload.isGone) return;
    if (upload.restarts >= tries || upload.firsts.size === 0) {
      const message = `cannot be received: ${describeError(cause)}; send it again, or add --reset once to read the topic from its beginning`;
      return failUpload(context, uploads, upload, { reason: 'sink', message, remains: 'discard' });
    }
    upload.restarts++;
    onEvent({ type: 'warning', message: `${target}: ${describeError(cause)}; its bytes are fetched again` });
    uploads.revive(upload);
    await upload.settled().catch(() => {});
    if (!mayKeep) {
      await sink.clear(ref.upload);
      upload.reset();
    }
    progress.begin(ref.upload, target, upload.size, upload.bytes);
    try {
      await fetchAgain(upload);
      // Of what came early then the room may have been too small for all.
      return await fetchInTurn(context, upload);
    } catch (error) {
      const isOfUpload = error instanceof VanishedError || error instanceof ConflictError;
      if (!isOfUpload && !isPermanent(error)) throw error;
      // All of it came from the topic.
      if (error instanceof ConflictError && !mayKeep) return failWith(context, uploads, upload, error);
      cause = error;
    }
  }
}
