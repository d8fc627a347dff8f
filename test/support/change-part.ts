/** What somebody does to a temporary file that is none of his. */
import { chmod, open, stat } from 'node:fs/promises';
import { waitFor } from './wait.ts';

/** Changes permissions and no bytes, as a program that copies files may. */
export function touch(path: string): Promise<void> {
  return atLaterTick(path, () => chmod(path, 0o640));
}

/** Overwrites a byte in place, as `dd conv=notrunc` does. */
export async function changeInPlace(path: string, position = 0): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    byte[0]! ^= 0xff;
    await atLaterTick(path, () => file.write(byte, 0, 1, position));
  } finally {
    await file.close();
  }
}

/** The file system's clock may stand still for milliseconds: a change is made until it has moved on since the last one. */
async function atLaterTick(path: string, change: () => Promise<unknown>): Promise<void> {
  const { ctimeNs } = await stat(path, { bigint: true });
  const changed = async (): Promise<boolean> => {
    await change();
    return (await stat(path, { bigint: true })).ctimeNs !== ctimeNs;
  };
  await waitFor(changed, { interval: 1, what: 'the next tick' });
}
