/** Reads the pictures that SDL's dummy driver writes, in their order, and removes them. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from '../../support/owner.ts';
import { sightInBmp } from '../picture/bmp.ts';
import type { Sight } from '../picture/sight.ts';

/** Milliseconds from one look to the next. */
const interval = 100;

export function readBitmaps(folder: string, owner: Owner, onSight: (sight: Sight) => void): void {
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      await readOnce(folder, onSight);
      await delay(interval);
    }
  })();
  owner.after(() => {
    isOver = true;
    return reading;
  });
}

async function readOnce(folder: string, onSight: (sight: Sight) => void): Promise<void> {
  // SDL_window1-00000001.bmp: in the order of their names.
  const names = (await readdir(folder)).filter((name) => name.endsWith('.bmp')).sort();
  for (const name of names) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    const sight = sightInBmp(await readFile(path), mtimeMs - performance.timeOrigin);
    // The one that is being written.
    if (sight === undefined) return;
    onSight(sight);
    await rm(path);
  }
}
