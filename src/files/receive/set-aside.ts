/** Keeps what came of a file whose digest is wrong, under a name that says so, and takes nobody's place. */
import { describeError } from '../../errors.ts';
import { createHasher } from '../../records/checksum.ts';
import { segmentLimit } from '../../records/path.ts';
import { cut } from '../../stores/aside-names.ts';
import type { PartFile } from '../../stores/contract.ts';
import { VanishedError } from '../../stores/vanished.ts';
import type { Content, ReceiveContext } from '../incoming/receive-context.ts';
import { isPermanent } from '../shared/disk-retry.ts';

/** Bytes read back at a time. */
const readBack = 1024 * 1024;

/**
 * Renames an upload's temporary file, unless the same was set aside before, or the sink keeps nothing aside; gives back the end of a sentence that says what became of it.
 * `came`: bytes that have come of it.
 */
export async function setAside(
  context: ReceiveContext,
  upload: string,
  target: string,
  came: number,
): Promise<string> {
  const { sink } = context.options;
  if (!context.canKeepAside) {
    await sink.discard(upload);
    return '';
  }
  for (const name of mismatchNames(target, upload)) {
    // A file of that very name may have been sent, and may be on its way back.
    if ((await sink.published(name)) !== undefined) continue;
    try {
      await sink.quarantine(upload, name);
      return `; what came is kept as ${name}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        // The same records were read before: what replays changes nothing.
        const content = await contentOfPart(sink.part(upload), 2 * came + readBack);
        const isSame = content === undefined ? name.includes(upload) : await context.stands(name, content);
        if (!isSame) continue;
        await sink.discard(upload);
        return `; what came is kept as ${name}`;
      }
      if (!isPermanent(error) && !(error instanceof VanishedError)) throw error;
      await sink.discard(upload);
      return `; what came could not be kept: ${describeError(error)}`;
    }
  }
  throw new Error('unreachable: there is always another name');
}

/** Undefined: it goes on behind `most` bytes. Few bytes that came may stand behind terabytes of nothing, which nobody is to read. */
async function contentOfPart(part: PartFile, most: number): Promise<Content | undefined> {
  const hasher = createHasher('sha256');
  const buffer = Buffer.allocUnsafe(readBack);
  for (let at = 0; ; ) {
    const read = await part.read(buffer, at);
    if (read === 0) return { digest: hasher.digest(), size: at };
    hasher.update(buffer.subarray(0, read));
    at += read;
    if (at > most) return undefined;
  }
}

const suffix = '.DIGEST_MISMATCH';

/**
 * Names for what is wrong, in the order in which they are tried: the plain one, then those with the upload's id, then numbered ones.
 * Where a name is too long the file's own part of it is cut, never the id, and never in the middle of a character.
 */
export function* mismatchNames(target: string, upload: string): Generator<string, never> {
  const slash = target.lastIndexOf('/') + 1;
  const [folder, name] = [target.slice(0, slash), target.slice(slash)];
  if (Buffer.byteLength(name + suffix) <= segmentLimit) yield folder + name + suffix;
  for (let number = 1; ; number++) {
    const end = `.${upload}${number === 1 ? '' : `.${number}`}${suffix}`;
    yield folder + cut(name, segmentLimit - end.length) + end;
  }
}
