/** Whether a sender goes on to say how its media are read as it said at first. Pure. */
import { flvTags } from './flv.ts';

export type Changed = 'picture' | 'sound';

export class Configurations {
  readonly #said = new Map<number, Buffer>();

  /** What says how messages of this type are read (`isConfiguration`). Undefined: nothing was said before, or the same. */
  push(type: number, payload: Buffer): Changed | undefined {
    const before = this.#said.get(type);
    // A copy: what was received is one buffer with all that came beside it.
    if (before === undefined || !before.equals(payload)) this.#said.set(type, Buffer.from(payload));
    if (before === undefined || before.equals(payload)) return undefined;
    return type === flvTags.video ? 'picture' : 'sound';
  }
}
