/** Work on a name whose folder others remove, when it is empty, at any time. */
import type { Folders } from './folders.ts';

/** How often folders are made anew where the members of a group remove them. */
export const sharedTries = 100;

/**
 * Runs an attempt that makes the folders on its way, again for so many times as it finds one of them missing that it thought to stand. `mayGoOn`: false where what
 * is missing is something else.
 */
export async function madeAnew<T>(
  folders: Folders,
  tries: number,
  attempt: (isFirst: boolean) => Promise<T>,
  mayGoOn: () => Promise<boolean> = async () => true,
): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await attempt(left === tries);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || left === 0 || !(await mayGoOn())) throw error;
      folders.forget();
    }
  }
}
