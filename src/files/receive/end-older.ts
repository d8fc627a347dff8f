/** What an earlier run left open of a version that a newer one has overtaken. */
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';

/** Ends it where the newer one stands: that run was killed before it had forgotten this one, which nobody else would ever end. */
export async function endIfOlder(
  context: ReceiveContext,
  uploads: IncomingUploads,
  upload: IncomingUpload,
): Promise<void> {
  // What is closed is compared when it ends.
  if (upload.close !== undefined) return;
  const newest = await context.options.sink.newest(upload.target);
  if (newest !== undefined && newest > upload.ref.upload && !upload.isGone) await uploads.discard(upload);
}
