/** Publishes the files of a pack, several at once; each is verified, and each ends for itself. */
import { describeError } from '../../errors.ts';
import { algorithmOf, digestOf } from '../../records/checksum.ts';
import type { Pack, UploadRef } from '../../records/file-record.ts';
import type { PackedFile } from '../../records/pack.ts';
import { fileReceived } from '../../tracing/of-files.ts';
import type { Span } from '../../tracing/span.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import { mismatchMessage, type ReceiveContext } from '../incoming/receive-context.ts';
import { allDone } from '../shared/all-done.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { type HeldFiles, isMendable } from './held-files.ts';
import { mayOverwrite } from './overwrite.ts';
import { type RecordPlace, refuseEntries } from './refused-record.ts';
import { setAside } from './set-aside.ts';

/** Files written at once. */
const writers = 16;

/** What the files of a pack are published with, and where on the topic it stands. */
export interface UnpackParts {
  readonly context: ReceiveContext;
  readonly uploads: IncomingUploads;
  readonly held: HeldFiles;
  readonly place: RecordPlace;
}

/** The same for the files of one pack, which wait together for what stands in their way: see {@link HeldFiles.lookAgain}. */
type PackParts = UnpackParts & { readonly until: number };

export async function unpack(of: UnpackParts, pack: Pack): Promise<void> {
  refuseEntries(of.context, of.place, pack);
  const parts = { ...of, until: of.held.obstacles.untilAmongOthers() };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = pack.files[next++]; file !== undefined; file = pack.files[next++]) {
      await publish(parts, pack.uploader, file);
    }
  };
  await allDone(Array.from({ length: Math.min(writers, pack.files.length) }, work));
}

async function publish(parts: PackParts, uploader: string, file: PackedFile): Promise<void> {
  const { context, uploads } = parts;
  const ref = { uploader, path: file.path, upload: file.upload };
  const target = uploads.targetOf(ref);
  if (target === undefined) return;
  const open = uploads.get(file.upload);
  // What that one has belongs to it: temporary files and what the sink remembers are found by the id.
  if (open !== undefined && (open.ref.uploader !== uploader || open.ref.path !== file.path)) {
    const message = `its upload ${file.upload} is the one of ${open.ref.uploader}/${open.ref.path}, which is being received`;
    return context.tellFailed(ref, 'conflicting-data', message);
  }
  try {
    const trace = fileReceived(ref, file, context.topicName);
    const stands = await context.turns.run(target, () =>
      context.untilNotReplaced(() => publishInTurn(parts, ref, target, file, trace)),
    );
    trace?.end(stands ? undefined : 'it did not get its name');
    if (!stands) return;
    if (open !== undefined && !open.isGone) await uploads.discard(open);
    await uploads.supersede(target, file.upload);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    context.tellFailed(ref, 'sink', `cannot be written: ${describeError(error)}`);
  }
}

/** True when this version or a newer one stands at the sink now. */
async function publishInTurn(
  { context, uploads, held, place, until }: PackParts,
  ref: UploadRef,
  target: string,
  file: PackedFile,
  trace: Span | undefined,
): Promise<boolean> {
  const { sink } = context.options;
  const { upload, size, digest, bytes } = file;
  const recorded = await context.recorded(target, upload);
  if (recorded === 'same') context.tellUnchanged();
  if (recorded === 'same' || recorded === 'newer') return true;
  const verifying = trace?.child('verify');
  const found = digestOf(algorithmOf(digest), bytes);
  verifying?.end(found === digest ? undefined : 'its digest is another one');
  if (found !== digest) {
    const message = mismatchMessage(found, digest);
    const kept = uploads.get(upload) === undefined ? await keepWrong(context, upload, target, bytes) : '';
    context.tellFailed(ref, 'digest-mismatch', message + kept);
    return false;
  }
  const published = { upload, size, digest };
  if (recorded === 'nothing' && (await context.stands(target, file))) {
    await sink.adopt(target, published, file);
    context.tellUnchanged();
    return true;
  }
  let keptAs: string | undefined;
  try {
    const over = await mayOverwrite(context, target, upload, file);
    if (over === 'newer') {
      context.tellUnchanged();
      return true;
    }
    if (typeof over === 'object') {
      const open = uploads.get(upload);
      if (open !== undefined && !open.isGone) await uploads.discard(open);
      context.tellNotReplaced(ref, target, over.stays);
      return false;
    }
    const naming = trace?.child('rename');
    keptAs = await sink.publishWhole(bytes, target, file, published, over);
    naming?.end();
  } catch (error) {
    if (!isMendable(error)) throw error;
    if (await held.holdWhole(ref, file, bytes, place, error)) return false;
    await held.lookAgain(until);
    throw error;
  }
  context.tellReceived(ref, file, target, keptAs);
  return true;
}

async function keepWrong(
  context: ReceiveContext,
  upload: string,
  target: string,
  bytes: Uint8Array,
): Promise<string> {
  if (!context.canKeepAside) return '';
  await context.options.sink.part(upload).write(bytes, 0);
  return setAside(context, upload, target, bytes.length);
}
