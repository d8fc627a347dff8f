/**
 * Files with several names, of which we remove one after the other: each removal changes the time of the inode for all that are left, and nothing
 * else. What that time became by us is remembered, so that a name that was sent before is not taken for one that somebody has changed.
 */
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { SourceFile } from '../contract.ts';

/** Files that are remembered: those may be many that have more names elsewhere. Names of others are looked at, and sent, once more. */
const limit = 10_000;

interface Change {
  /** When the inode had changed last before our first removal, and what our last one made of that. */
  readonly since: bigint;
  readonly now: string;
}

export class OwnChanges {
  readonly #changes = new Map<string, Change>();

  /** True where nobody has changed the inode since it was seen as `file`, or nobody but we. */
  isUntouched(file: SourceFile, found: SourceFile): boolean {
    if (found.ctime === file.ctime) return true;
    const change = file.body === undefined ? undefined : this.#changes.get(file.body);
    return change?.now === found.ctime && BigInt(file.ctime) >= change.since;
  }

  /** Removes a name of a file that {@link isUntouched}, and was found so. */
  async remove(file: SourceFile, found: SourceFile, name: string): Promise<void> {
    if (file.body === undefined) return unlink(name);
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    // Whoever may not open it, or has no descriptor left, remembers nothing.
    const handle = await open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
    try {
      await unlink(name);
      const look = await handle?.stat({ bigint: true }).catch(() => undefined);
      if (look === undefined) return;
      const before = this.#changes.get(file.body);
      this.#changes.delete(file.body);
      if (look.nlink === 0n) return;
      if (this.#changes.size >= limit) this.#changes.delete(this.#changes.keys().next().value!);
      // Else somebody has changed it since, and who saw it before that has not seen this one.
      const since = before?.now === found.ctime ? before.since : BigInt(found.ctime);
      this.#changes.set(file.body, { since, now: String(look.ctimeNs) });
    } finally {
      await handle?.close();
    }
  }
}
