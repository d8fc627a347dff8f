/** What an upload takes from a file that the sink has published. */
import type { PublishedFile } from '../../stores/contract.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import { isPermanent } from '../shared/disk-retry.ts';

/**
 * False when the sink has nothing, or not all of it. Whether it is right the digest tells, as ever. `open` gives undefined where there is no such
 * file, `take` gives the upload what it can of one. Rejects with what may pass.
 */
export async function borrowFrom(
  upload: IncomingUpload,
  open: () => Promise<PublishedFile | undefined>,
  take: (file: PublishedFile) => Promise<void>,
): Promise<boolean> {
  try {
    const file = await open();
    if (file === undefined) return false;
    try {
      if (upload.isGone) return false;
      upload.isBorrowed = true;
      const work = take(file);
      // Whoever clears what came of it waits for that: a clone that comes later would stay.
      upload.borrowing = work.catch(() => {});
      await work;
      return upload.complete;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return false;
  }
}
