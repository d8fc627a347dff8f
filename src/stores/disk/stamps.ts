/** Whether a file system says at once, and for good, when a file was changed: some at the other end of a network say so later. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openAnew } from './open-anew.ts';
import type { Stamp } from './part-watch.ts';

/** True where a file that nobody changes keeps its look while it is made durable, closed and opened. Throws when nothing can be written. */
export async function keepsStamps(folder: string): Promise<boolean> {
  const path = join(folder, 'check-times');
  try {
    const looks: Stamp[] = [];
    const file = await openAnew(path);
    try {
      await file.write('x');
      looks.push(await file.stat({ bigint: true }));
      // Where it cannot be made durable nothing is held back that could come later.
      await file.sync().catch(() => {});
      looks.push(await file.stat({ bigint: true }));
    } finally {
      await file.close();
    }
    const again = await open(path, 'r');
    looks.push(await again.stat({ bigint: true }).finally(() => again.close()));
    return looks.every(
      ({ mtimeNs, ctimeNs }) => mtimeNs === looks[0]?.mtimeNs && ctimeNs === looks[0]?.ctimeNs,
    );
  } finally {
    await rm(path, { force: true });
  }
}
