/** What a record that breaks a rule of FORMAT.md means: it was sent by somebody of ours, and somebody may wait for it. */
import type { FormatError } from '../../errors.ts';
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { type Pack, refusedRef, type UploadRef } from '../../records/file-record.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import { failUpload } from './finish-upload.ts';

/** Where a record stands. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
}

/** Tells of a record that is passed over, and fails the upload that it was to end: nothing else will. */
export async function refuseRecord(
  context: ReceiveContext,
  uploads: IncomingUploads,
  place: RecordPlace,
  record: ConsumedRecord,
  error: FormatError,
): Promise<void> {
  const { kind, uploader, path, upload } = refusedRef(record);
  context.tellRefused(place, error.message, { uploader, path });
  if (kind !== 'close' && kind !== 'copy' && kind !== 'delta' && kind !== 'abort') return;
  if (uploader === undefined || path === undefined || upload === undefined) return;
  const open = uploads.get(upload);
  if (open === undefined || open.ref.uploader !== uploader || !open.isNamed(path)) return;
  // Another record has ended it, and was right.
  if (open.close !== undefined) return;
  const message = `the record that was to end it was refused: ${error.message}`;
  await failUpload(context, uploads, open, { reason: 'refused-record', message, remains: 'discard' });
}

/** Tells of the entries of a record of many files of which nothing can be made. */
export function refuseEntries(
  context: ReceiveContext,
  place: RecordPlace,
  { uploader, refused }: Pick<Pack, 'uploader' | 'refused'>,
): void {
  for (const { path, upload, reason } of refused) {
    if (path === undefined || upload === undefined) {
      context.tellRefused(place, reason, { uploader, path });
      continue;
    }
    const ref: UploadRef = { uploader, path, upload };
    context.tellFailed(ref, 'refused-record', `cannot be received: ${reason}`);
  }
}
