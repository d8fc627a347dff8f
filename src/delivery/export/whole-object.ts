/** Objects as they stand: all their bytes, and the tag that they are replaced by. */
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { isCode } from '../../stores/store-fault.ts';

export interface StandingObject {
  readonly bytes: Buffer;
  readonly tag: string;
}

/** Undefined when nothing stands there. */
export async function readWhole(
  store: PlainStore,
  patiently: Patiently,
  name: string,
): Promise<StandingObject | undefined> {
  const key = store.place.prefix + name;
  for (;;) {
    const look = await patiently(() => store.look(key));
    if (look === undefined) return undefined;
    try {
      const bytes = await patiently(async () => {
        const pieces: Uint8Array[] = [];
        for await (const piece of store.read(key, look.tag)) pieces.push(Buffer.from(piece));
        return Buffer.concat(pieces);
      });
      return { bytes, tag: look.tag };
    } catch (error) {
      // Its owner may write it, or remove it, between the look and the reading.
      if (!isCode(error, 'ESTALE') && !isCode(error, 'ENOENT')) throw error;
    }
  }
}
