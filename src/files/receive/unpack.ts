/** Publishes the files of a pack, several at once; each is verified, and each ends for itself. */
import { describeError } from '../../errors.ts';
import { algorithmOf, digestOf } from '../../records/checksum.ts';
import type { Pack } from '../../records/file-record.ts';
import type { PackedFile } from '../../records/pack.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import { mismatchMessage, type ReceiveContext } from '../incoming/receive-context.ts';
import { allDone } from '../shared/all-done.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { type RecordPlace, refuseEntries } from './refused-record.ts';
import { setAside } from './set-aside.ts';

/** Files written at once. */
const writers = 16;

export async function unpack(
  context: ReceiveContext,
  uploads: IncomingUploads,
  pack: Pack,
  place: RecordPlace,
): Promise<void> {
  refuseEntries(context, place, pack);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = pack.files[next++]; file !== undefined; file = pack.files[next++]) {
      await publish(context, uploads, pack.uploader, file);
    }
  };
  await allDone(Array.from({ length: Math.min(writers, pack.files.length) }, work));
}

async function publish(
  context: ReceiveContext,
  uploads: IncomingUploads,
  uploader: string,
  file: PackedFile,
): Promise<void> {
  const ref = { uploader, path: file.path, upload: file.upload };
  const target = uploads.targetOf(ref);
  if (target === undefined) return;
  try {
    const stands = await context.turns.run(target, () => publishInTurn(context, ref, target, file));
    if (stands) await uploads.supersede(target, file.upload);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    context.tellFailed(ref, 'sink', `cannot be written: ${describeError(error)}`);
  }
}

/** True when this version or a newer one stands at the sink now. */
async function publishInTurn(
  context: ReceiveContext,
  ref: { uploader: string; path: string; upload: string },
  target: string,
  file: PackedFile,
): Promise<boolean> {
  const { sink } = context.options;
  const { upload, size, digest, bytes } = file;
  const recorded = await context.recorded(target, upload);
  if (recorded === 'same') context.tellUnchanged();
  if (recorded === 'same' || recorded === 'newer') return true;
  const found = digestOf(algorithmOf(digest), bytes);
  if (found !== digest) {
    const part = sink.part(upload);
    await part.write(bytes, 0);
    const kept = await setAside(context, upload, target);
    context.tellFailed(ref, 'digest-mismatch', mismatchMessage(found, digest) + kept);
    return false;
  }
  const published = { upload, size, digest };
  if (recorded === 'nothing' && (await context.stands(target, file))) {
    await sink.adopt(target, published);
    context.tellUnchanged();
    return true;
  }
  await sink.publishWhole(bytes, target, file, published);
  context.tellReceived(ref, file, target);
  return true;
}
