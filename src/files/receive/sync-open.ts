/** Making durable what has come of an upload that is open. */
import type { UnfinishedUpload } from '../../stores/contract.ts';
import { VanishedError } from '../../stores/vanished.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import { isPermanent } from '../shared/disk-retry.ts';

/**
 * What the sink is to remember of it; undefined when it has ended. One that is being published is durable when that is through; its temporary
 * file must not be touched meanwhile. `failed` is told what is wrong with it alone.
 */
export async function syncOpen(
  uploads: IncomingUploads,
  upload: IncomingUpload,
  failed: (upload: IncomingUpload, error: unknown) => void,
): Promise<UnfinishedUpload | undefined> {
  await upload.finishing;
  // Still open: its end was cut short, and the position may pass its chunks only if they are remembered.
  if (uploads.get(upload.ref.upload) !== upload) return undefined;
  if (upload.again !== undefined) return upload.withoutBytes;
  try {
    return await upload.sync();
  } catch (error) {
    if (!(error instanceof VanishedError || isPermanent(error))) throw error;
    failed(upload, error);
    return upload.withoutBytes;
  }
}
