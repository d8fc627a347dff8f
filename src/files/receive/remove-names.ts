/** Names that went at their source go at the sink, where it has them from there and nobody has touched them since. */
import { describeError } from '../../errors.ts';
import type { UploadRef } from '../../records/file-record.ts';
import type { Remove } from '../../records/remove-record.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { refuseEntries } from './refused-record.ts';
import type { UnpackParts } from './unpack.ts';

/** Names that are removed at once. */
const removers = 16;

/** Resolves when all names of the record went, or were told to stay. What is not wanted, or cannot be done here, is passed over. */
export async function removeNames(parts: UnpackParts, remove: Remove): Promise<void> {
  const { context, held, place } = parts;
  const { deletions, sink } = context.options;
  refuseEntries(context, place, remove);
  if (deletions === 'ignore') return;
  if (sink.remove === undefined) return context.tellOnce(keepsAll(sink.place));
  const { uploader } = remove;
  await fewAtOnce(remove.entries, removers, (entry) => removeName(parts, { uploader, ...entry }));
  // Files may have stood where folders are needed, and folders that are empty now where files are.
  held.hurry();
}

function keepsAll(place: string): string {
  return `${place} keeps what went at its source: what is removed there leaves no trace that would keep older versions away`;
}

async function removeName({ context, uploads }: UnpackParts, ref: UploadRef): Promise<void> {
  const { sink, onEvent } = context.options;
  const target = uploads.placeOf(ref);
  // What may not stand anywhere never stood there.
  if (target === undefined) return;
  try {
    await context.turns.run(target, async () => {
      const newest = await sink.newest(target);
      if (newest !== undefined && newest >= ref.upload) return;
      const { result, backup } = await sink.remove!(target, ref.upload);
      const about = { uploader: ref.uploader, path: ref.path, upload: ref.upload, target };
      if (result === 'removed')
        onEvent({ type: 'deleted', ...about, ...(backup === undefined ? {} : { backup }) });
      if (result === 'other') onEvent({ type: 'kept', ...about, reason: whyKept(newest !== undefined) });
    });
    await uploads.supersede(target, ref.upload);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    context.tellFailed(ref, 'sink', `it went at the source, and cannot be removed: ${describeError(error)}`);
  }
}

function whyKept(isOurs: boolean): string {
  return isOurs
    ? 'it went at the source, and stays: somebody has changed it here'
    : 'it went at the source, and stays: it was not received here';
}
