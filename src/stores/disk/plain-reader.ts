/** Whole files below a folder, which others write. What a link leads to is not read: whoever may write there must not lead out of it. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { absolutePath, type DiskPlace, type Place } from '../place.ts';
import { type PlainReader, tooLarge } from '../plain-reader.ts';
import { StoreFault } from '../store-fault.ts';

export const plainDiskReader: PlainReader = {
  async read(place, name, most, signal) {
    return withFile(place, name, async (file, size) => {
      if (size > most) throw tooLarge(shownAt(place, name), size, most);
      const bytes = Buffer.allocUnsafeSlow(size);
      for (let at = 0; at < size; ) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(bytes, at, size - at, at);
        if (bytesRead === 0) throw fault(shownAt(place, name), 'sink', 'EAGAIN', 'became shorter');
        at += bytesRead;
      }
      return bytes;
    });
  },

  async has(place, name) {
    return (await withFile(place, name, async () => true)) ?? false;
  },

  close() {},
};

function shownAt(place: Place, name: string): string {
  return join((place as DiskPlace).path, name);
}

/** Undefined when there is no such file. */
async function withFile<T>(
  place: Place,
  name: string,
  work: (file: FileHandle, size: number) => Promise<T>,
): Promise<T | undefined> {
  const { path } = place as DiskPlace;
  let file: FileHandle | undefined;
  try {
    const inside = join(await realpath(absolutePath(path)), name);
    for (let left = tries; file === undefined; left -= 1)
      file = await openOwn(inside, join(path, name), left);
    return await work(file, (await file.stat()).size);
  } catch (error) {
    return meaning(join(path, name), error);
  } finally {
    await file?.close();
  }
}

/** Times that a file may have been replaced by another one in the moment of opening it. Exporters replace some of them every few seconds. */
const tries = 100;

/** Undefined: what stands there is another file by now. Throws where it is none of this folder itself, and once no tries are left. */
async function openOwn(inside: string, shown: string, left: number): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(inside, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  let isOwn = false;
  try {
    const [is, standing, real] = [await file.stat(), await lstat(inside), await realpath(inside)];
    // Looked at behind the opening: it is what stands there, and no folder on the way is a link.
    if (!is.isFile() || real !== inside || left === 0)
      throw fault(shown, 'name', 'EACCES', 'is no file of that folder itself, or a link to one');
    isOwn = is.ino === standing.ino && is.dev === standing.dev;
    return isOwn ? file : undefined;
  } finally {
    if (!isOwn) await file.close();
  }
}

/** What a disk says that may pass, as far as it concerns more than a file. */
const passing = new Set(['EIO', 'EMFILE', 'ENFILE', 'ESTALE', 'ENODEV', 'ENXIO', 'ETIMEDOUT', 'EAGAIN']);

/** Undefined: there is no such file. Throws all else. */
function meaning(shown: string, error: unknown): undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof StoreFault || code === undefined || !(error instanceof Error)) throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return;
  throw new StoreFault(`cannot read ${shown} (${error.message})`, {
    scope: passing.has(code) ? 'sink' : 'name',
    code,
    cause: error,
  });
}

function fault(what: string, scope: StoreFault['scope'], code: string, why: string): StoreFault {
  return new StoreFault(`${what} ${why}`, { scope, code });
}
