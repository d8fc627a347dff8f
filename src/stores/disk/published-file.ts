/** A file under its final name, to be read; where the file system shares blocks between files, it becomes another one without a byte moved. */
import { constants } from 'node:fs';
import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishedFile } from '../contract.ts';
import type { DiskCalls } from './calls.ts';
import type { Handles } from './handles.ts';

export interface PublishedFileOptions {
  readonly calls: DiskCalls;
  readonly handles: Handles;
  /** Folder of temporary files. */
  readonly parts: string;
}

/** `descriptor` is closed with it. */
export function publishedFile(
  { calls, handles, parts }: PublishedFileOptions,
  descriptor: number,
): PublishedFile {
  return {
    read: (buffer, position) => calls.read(descriptor, buffer, position),
    async cloneTo(upload) {
      // Named by what is open: whatever its name leads to by now, no link is followed.
      if (process.platform !== 'linux') return false;
      const file = join(parts, upload);
      // A call that fails removes what it was to make: not what others may know of.
      const clone = `${file}.clone`;
      try {
        // Made, never opened: what stands there already may be a link that leads out of the folder.
        const anew = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;
        await copyFile(`/proc/self/fd/${descriptor}`, clone, anew);
        // It has the permissions of the other, which may keep out its owner.
        await chmod(clone, 0o600);
        await rename(clone, file);
      } catch {
        // Another way is always there, and says what is wrong, if something is.
        await rm(clone, { force: true }).catch(() => {});
        return false;
      }
      handles.isMade(file);
      return true;
    },
    close: () => calls.close(descriptor),
  };
}
