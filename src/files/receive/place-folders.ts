/** Folders as they stand at their source: made where they are missing, empty ones too, with their permissions and times. */
import { describeError } from '../../errors.ts';
import type { UploadRef } from '../../records/file-record.ts';
import type { FolderEntry, Folders } from '../../records/folder-record.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { refuseEntries } from './refused-record.ts';
import type { UnpackParts } from './unpack.ts';

/** Folders that are made at once. */
const makers = 16;

/** Resolves when all folders of the record stand, or were told as failed. Those that are not the newest of their name are passed over. */
export async function placeFolders(parts: UnpackParts, folders: Folders): Promise<void> {
  const { context, place, held } = parts;
  const { sink } = context.options;
  refuseEntries(context, place, folders);
  if (sink.folder === undefined)
    return context.tellOnce(
      `${sink.place} takes no folders by themselves, as an object store and the folder of a group do not: those that come, with their permissions and times, are left out`,
    );
  const until = held.obstacles.until();
  // One in the place of a file before those in it, which wait for it.
  const entries = folders.entries.toSorted((a, b) => a.path.length - b.path.length);
  await fewAtOnce(entries, makers, (entry) => placeFolder(parts, folders.uploader, entry, until));
  // Files may have waited for a folder in the place of another file.
  held.hurry();
}

async function placeFolder(
  { context, uploads, held }: UnpackParts,
  uploader: string,
  { path, upload, ...look }: FolderEntry,
  until: number,
): Promise<void> {
  const { sink, onEvent, signal } = context.options;
  const ref: UploadRef = { uploader, path, upload };
  const target = uploads.folderOf(ref);
  if (target === undefined) return;
  let stands = false;
  const place = async (): Promise<void> => {
    const newest = await sink.newest(target);
    stands = newest !== undefined && newest >= upload;
    if (stands) return;
    stands = await sink.folder!(target, { upload, ...look });
    if (stands) onEvent({ type: 'folder-made', uploader, path, upload, target });
    else
      context.tellFailed(
        ref,
        'sink',
        'it is a folder at the source, and something that was not received stands in its place',
      );
  };
  try {
    await held.obstacles.pass(() => context.turns.run(target, place), until, signal);
    if (stands) held.obstacles.removed();
    if (stands) await uploads.supersede(target, upload);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    context.tellFailed(ref, 'sink', `the folder cannot be made: ${describeError(error)}`);
  }
}
