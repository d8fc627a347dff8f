/** Uploads whose uploaders have not sent the rest, and perhaps never will, or whose records are gone. */
import type { UploadRef } from '../../records/file-record.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { IncomingUploads } from '../incoming/incoming-uploads.ts';
import type { Content, ReceiveContext } from '../incoming/receive-context.ts';
import { isToBeAwaited, type LackingOptions, whyGivenUp } from './awaited.ts';
import { failUpload } from './finish-upload.ts';

/** Uploads that are named when a run ends without them. */
const namedOpen = 20;

/** Fails uploads of a topic that was deleted. */
export async function failGone(
  context: ReceiveContext,
  uploads: IncomingUploads,
  gone: readonly IncomingUpload[],
): Promise<void> {
  for (const upload of gone) {
    const message = `${howMuch(upload)} had come when its topic was deleted; it has to be sent again`;
    const failure = { reason: 'missing-data', message, remains: 'discard' } as const;
    await failUpload(context, uploads, upload, failure);
  }
}

/**
 * Fails uploads that are open although retention has removed the newest record of them: their uploaders have sent nothing for
 * as long as the topic keeps records.
 */
export async function failAbandoned(
  context: ReceiveContext,
  uploads: IncomingUploads,
  earliest: ReadonlyMap<number, number>,
): Promise<void> {
  for (const upload of uploads.all()) {
    if (upload.close !== undefined || upload.lasts.size === 0) continue;
    if (![...upload.lasts].every(([partition, last]) => last < (earliest.get(partition) ?? 0))) continue;
    const message = `${howMuch(upload)} had come when its uploader stopped sending, and these are not on the topic any more; it has to be sent again`;
    const failure = { reason: 'missing-data', message, remains: 'discard' } as const;
    await failUpload(context, uploads, upload, failure);
  }
}

/** Fails an upload that lacks bytes, of which no more will come; of one of which some may, it is said. */
export async function failIncomplete(
  context: ReceiveContext,
  uploads: IncomingUploads,
  upload: IncomingUpload,
  { whyMissing, standElsewhere, onIncomplete }: LackingOptions,
): Promise<void> {
  if (upload.complete || upload.isGone) return;
  const { ref } = upload;
  if (await isToBeAwaited(context, upload, standElsewhere)) return onIncomplete(ref.upload);
  const of = upload.of ?? upload.parts?.base;
  const why =
    of === undefined
      ? (whyGivenUp(upload) ?? (await whyMissing(upload)))
      : `are those of ${ref.uploader}/${of.path} (upload ${of.upload}), which neither stands here nor is on the topic any more: send it again (upload --resend)`;
  const message = `cannot be recovered: of ${upload.size} bytes, ${upload.missing} ${why}`;
  const failure = { reason: 'missing-data', message, remains: 'discard' } as const;
  await failUpload(context, uploads, upload, failure);
}

/** Gives up what is open on partitions that another member reads now. What is being published is let to its end: it is verified, and stands as it would there. */
export async function leavePartitions(
  uploads: IncomingUploads,
  partitions: ReadonlySet<number>,
): Promise<void> {
  const theirs = uploads.all().filter(({ firsts }) => [...firsts.keys()].every((one) => partitions.has(one)));
  await Promise.all(
    theirs.map(async (upload) => {
      await upload.finishing;
      if (!upload.isGone) await uploads.leave(upload);
    }),
  );
}

/** Says which uploads are open. */
export function nameOpen(context: ReceiveContext, uploads: IncomingUploads): void {
  const open = uploads.all().filter(({ isHeld }) => !isHeld);
  for (const upload of open.slice(0, namedOpen)) {
    const message = `${upload.target} is not complete on the topic yet: ${howMuch(upload)} have come`;
    context.options.onEvent({ type: 'warning', message });
  }
}

/** How much of an upload is there, for people. */
function howMuch({ bytes, size }: IncomingUpload): string {
  return `${bytes} of ${size} bytes`;
}

/** The records of a file are gone from the topic, or of no use, and why; told unless this version of it, or a newer one, stands at the sink. */
export async function failLost(
  context: ReceiveContext,
  uploads: IncomingUploads,
  ref: UploadRef,
  content: Content,
  why: string,
): Promise<void> {
  const target = uploads.targetOf(ref);
  if (target === undefined) return;
  const standing = await context.standing(target, ref.upload, content);
  if (standing === 'same' || standing === 'newer') return;
  const open = uploads.get(ref.upload);
  if (open !== undefined) await uploads.discard(open);
  context.tellFailed(ref, 'missing-data', `cannot be recovered: its records ${why}`);
}
