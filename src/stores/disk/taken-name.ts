/** The names of files that are being removed from a source, and whose they are. Pure. */
import { randomBytes } from 'node:crypto';

/** Eight hexadecimal digits, a dash, the file's own name. */
const taken = /^\.sluice-taken-[0-9a-f]{8}-(.+)$/s;
const longestName = 255;

/** True of a name that only a file has that is being removed. */
export function isTakenName(name: string): boolean {
  return taken.test(name);
}

/** The path that a taken one had before; undefined for all others. */
export function ownPathOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/') + 1;
  const name = taken.exec(path.slice(slash))?.[1];
  return name === undefined ? undefined : path.slice(0, slash) + name;
}

/** A path for a file that is about to be removed. Throws `ENAMETOOLONG` where its own name leaves no room for another. */
export function takenPathOf(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  const name = `.sluice-taken-${randomBytes(4).toString('hex')}-${path.slice(slash)}`;
  if (Buffer.byteLength(name) <= longestName) return path.slice(0, slash) + name;
  const message = 'its name is too long for the one that it has while it is removed';
  throw Object.assign(new Error(message), { code: 'ENAMETOOLONG' });
}
