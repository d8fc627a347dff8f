/** Uploads are set aside because too many are open. */
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import { failUpload } from './finish-upload.ts';

/** Ends these uploads, and says so of each. The rest of their records is passed over; the topic still has all of them. */
export async function setTooManyAside(
  context: ReceiveContext,
  uploads: IncomingUploads,
  tooMany: readonly IncomingUpload[],
): Promise<void> {
  const { maxOpen } = context.options;
  for (const upload of tooMany) {
    const { bytes, size, pieces } = upload;
    const message = `${bytes} of ${size} bytes had come, in ${pieces} pieces, when it was set aside: no more than ${maxOpen} uploads may be open at once (--max-open), and it had waited for longest or was in too many pieces; to receive it, let its uploader send it again, or raise the limit and add --reset once`;
    await failUpload(context, uploads, upload, { reason: 'too-many-open', message, remains: 'discard' });
  }
}
