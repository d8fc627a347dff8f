/**
 * What tells a folder from a copy of it: a file that is made with the sink and never touched again. Copying gives it another inode
 * and another time of birth, whatever tool is used; so does putting it back from a backup.
 */
import { lstatSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crashPoint } from '../../crash-points.ts';

/** Types of Linux's file systems (`statfs`) that number their files anew at each mount: vfat and exFAT. */
const withoutInodes = new Set([0x4d44, 0x2011bab0]);

/** Its name, in a sink's own folder. */
export const placeFile = 'place';

/** The identity of the file in a sink's own folder, which is made when it is missing. */
export function placeOf(ownFolder: string): string {
  const file = join(ownFolder, placeFile);
  try {
    writeFileSync(
      file,
      'Made with this folder, and never touched again: a copy of it is told by this file.\n',
      {
        flag: 'wx',
      },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  crashPoint('place:after-make');
  const { ino, birthtimeNs, ctimeNs } = lstatSync(file, { bigint: true });
  const hasInodes = !withoutInodes.has(statfsSync(ownFolder).type);
  // Where a file system keeps no time of birth, the last change of a file that nobody changes is the same.
  return `${hasInodes ? ino : 0} ${birthtimeNs > 0n ? birthtimeNs : ctimeNs}`;
}
