/** Uploads that found no room when their records came: they are fetched from the topic when it is their turn. */
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';

/**
 * Fetches what was passed over, as often as that brings something: of what comes early the room may be too small for all. Rejects as
 * fetching does; what still lacks bytes then, the topic does not have.
 */
export async function fetchInTurn(context: ReceiveContext, upload: IncomingUpload): Promise<void> {
  const { progress, fetchAgain } = context.options;
  for (let before = -1; upload.isPassedOver && !upload.isGone && upload.bytes > before; ) {
    before = upload.bytes;
    progress.begin(upload.ref.upload, upload.target, upload.size, before);
    await fetchAgain(upload);
  }
}
