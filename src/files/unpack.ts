/** Publishes the files of a pack, several at once; each is verified, and each ends for itself. */
import { describeError } from '../errors.ts';
import { algorithmOf, digestOf } from '../records/checksum.ts';
import type { Pack } from '../records/file-record.ts';
import type { PackedFile } from '../records/pack.ts';
import { allDone } from './all-done.ts';
import type { OpenUploads } from './open-uploads.ts';
import { isPermanent } from './patience.ts';
import { mismatchMessage, type Receiving } from './receiving.ts';
import { setAside } from './set-aside.ts';

/** Files written at once. */
const writers = 16;

export async function unpack(receiving: Receiving, uploads: OpenUploads, pack: Pack): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = pack.files[next++]; file !== undefined; file = pack.files[next++]) {
      await publish(receiving, uploads, pack.uploader, file);
    }
  };
  await allDone(Array.from({ length: Math.min(writers, pack.files.length) }, work));
}

async function publish(
  receiving: Receiving,
  uploads: OpenUploads,
  uploader: string,
  file: PackedFile,
): Promise<void> {
  const ref = { uploader, path: file.path, upload: file.upload };
  const target = uploads.targetOf(ref);
  if (target === undefined) return;
  try {
    const stands = await receiving.turns.run(target, () => publishInTurn(receiving, ref, target, file));
    if (stands) await uploads.supersede(target, file.upload);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    receiving.tellFailed(ref, 'sink', `cannot be written: ${describeError(error)}`);
  }
}

/** True when this version or a newer one stands at the sink now. */
async function publishInTurn(
  receiving: Receiving,
  ref: { uploader: string; path: string; upload: string },
  target: string,
  file: PackedFile,
): Promise<boolean> {
  const { sink } = receiving.options;
  const { upload, size, digest, bytes } = file;
  const remembered = await receiving.remembered(target, upload);
  if (remembered === 'same') receiving.tellUnchanged();
  if (remembered === 'same' || remembered === 'newer') return true;
  const found = digestOf(algorithmOf(digest), bytes);
  if (found !== digest) {
    const part = sink.part(upload);
    await part.write(bytes, 0);
    const kept = await setAside(receiving, upload, target);
    receiving.tellFailed(ref, 'digest-mismatch', mismatchMessage(found, digest) + kept);
    return false;
  }
  const published = { upload, size, digest };
  if (remembered === 'nothing' && (await receiving.stands(target, file))) {
    await sink.adopt(target, published);
    receiving.tellUnchanged();
    return true;
  }
  await sink.publishWhole(bytes, target, file, published);
  receiving.tellReceived(ref, file, target);
  return true;
}
