/** An upload is given up by its uploader. */
import type { Abort } from '../../records/file-record.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';

/** What came of it is discarded. Throws FormatError for a record that names another file. */
export function admitAbort(context: ReceiveContext, uploads: IncomingUploads, abort: Abort): Promise<void> {
  const upload = uploads.get(abort.upload);
  if (upload === undefined || uploads.hasEnded(abort.upload)) {
    uploads.end(abort.upload);
    return Promise.resolve();
  }
  upload.mustBeOf(abort);
  return uploads.discard(upload).then(() => {
    context.options.onEvent({ type: 'aborted', ...upload.ref, reason: abort.reason });
  });
}
