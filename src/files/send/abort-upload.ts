/** An upload is given up. */
import { crashPoint } from '../../crash-points.ts';
import { encodeAbort, type UploadRef } from '../../records/file-record.ts';
import { sealAbort } from '../../records/seal-record.ts';
import type { SendContext } from './send-context.ts';

/** Tells every downloader that an upload is given up, and remembers that. */
export async function abortUpload(
  context: SendContext,
  ref: UploadRef,
  partition: number,
  reason: string,
): Promise<void> {
  const { encryption, state, uploader } = context.options;
  const before = state.get(ref.path);
  const isSealed = before?.upload === ref.upload && before.sealed !== undefined;
  const record =
    encryption !== undefined && isSealed
      ? sealAbort(
          { key: await encryption.recipients.newKey(), path: encryption.pathOf(uploader, ref.path) },
          { ...ref, reason },
        )
      : encodeAbort({ ...ref, reason });
  await context.append(partition, record, 0);
  crashPoint('abort:after-ack');
  const begun = state.get(ref.path);
  if (begun?.upload === ref.upload) state.set(ref.path, { ...begun, state: 'aborted' });
}
