/**
 * Deltas (FORMAT.md, "Delta"): versions that have ranges of former ones. These are taken from what the sink has of the version before, and proven by the digest
 * as all bytes are; where it has nothing that is right, from the topic.
 */
import { algorithmOf } from '../../records/checksum.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import type { PublishedFile } from '../../stores/contract.ts';
import { targetName } from '../../stores/target-name.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import { borrowFrom } from './borrow.ts';
import { fetchInTurn } from './in-turn.ts';

/** Bytes read from the sink at a time. */
const piece = 1024 * 1024;

/**
 * Resolves when the version before it is through, which may be on its way to its name. Ids of what a delta names are less than its own: nobody waits in a circle. Call it
 * before a place is taken that the other may be waiting for.
 */
export async function baseThrough(uploads: IncomingUploads, { parts }: IncomingUpload): Promise<void> {
  const base = parts === undefined ? undefined : uploads.get(parts.base.upload);
  await base?.again?.catch(() => {});
  await base?.finishing;
}

/** Gives an upload the ranges that are not its own, as far as they can be had. Rejects as fetching does. */
export async function makeDelta(context: ReceiveContext, upload: IncomingUpload): Promise<void> {
  const { sink, progress, fetchAgain } = context.options;
  const open = () => openBase(context, upload);
  if (await borrowFrom(upload, open, (file) => borrow(context, upload, file))) return;
  await upload.settled().catch(() => {});
  // Another member of the group has it now, and what is under way of it.
  if (upload.isGone) return;
  // What came in chunks of its own is right; a part of what stood at the sink may not be.
  if (upload.isBorrowed || !context.canKeepAside) {
    await sink.clear(upload.ref.upload);
    upload.reset();
  }
  progress.begin(upload.ref.upload, upload.target, upload.size, upload.bytes);
  await fetchAgain(upload);
  // Of what came early then the room may have been too small for all.
  await fetchInTurn(context, upload);
}

async function openBase(
  context: ReceiveContext,
  { ref, parts }: IncomingUpload,
): Promise<PublishedFile | undefined> {
  const { sink } = context.options;
  if (parts === undefined || sink.openPublished === undefined) return undefined;
  const { path, size, digest } = parts.base;
  const name = targetName(ref.uploader, path, sink.abilities.names);
  if ('refused' in name) return undefined;
  // In its turn: whoever is writing that name is through with it then.
  return context.turns.run(name.target, async () => {
    const published = await sink.published(name.target);
    const isIt = published?.size === size && published.digest === digest;
    return isIt ? sink.openPublished?.(name.target) : undefined;
  });
}

async function borrow(context: ReceiveContext, upload: IncomingUpload, file: PublishedFile): Promise<void> {
  const { signal, progress } = context.options;
  const { ref, size, parts, close } = upload;
  if (parts === undefined || close === undefined) return;
  const checksum = algorithmOf((close satisfies FileFacts).digest);
  const buffer = Buffer.from(new SharedArrayBuffer(Math.min(piece, size)));
  for (const { offset, length, at } of parts.ranges) {
    for (let done = 0; done < length; ) {
      if (signal.aborted) throw new StoppedError(`stopped while ${upload.target} was made`);
      if (upload.isGone) return;
      const read = await file.read(buffer.subarray(0, Math.min(piece, length - done)), at + done);
      if (read === 0) return;
      const bytes = buffer.subarray(0, read);
      await upload.take({ kind: 'chunk', ...ref, size, checksum, offset: offset + done, bytes });
      progress.advance(ref.upload, read);
      done += read;
    }
  }
}
