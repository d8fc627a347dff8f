/** Symbolic links that are kept as links: put under their names, never followed, and refused where they lead out of the tree. */
import { describeError } from '../../errors.ts';
import type { UploadRef } from '../../records/file-record.ts';
import type { LinkEntry, Links } from '../../records/link-record.ts';
import { leadsOut } from '../../stores/link-target.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { mayOverwrite } from './overwrite.ts';
import { refuseEntries } from './refused-record.ts';
import type { UnpackParts } from './unpack.ts';

/** Links that are made at once. */
const makers = 16;

/** Resolves when all links of the record stand, or were told as failed. Those that are not the newest of their name are passed over. */
export async function placeLinks(parts: UnpackParts, links: Links): Promise<void> {
  const { context, place } = parts;
  const { sink } = context.options;
  refuseEntries(context, place, links);
  if (sink.link === undefined)
    return context.tellOnce(`${sink.place} has no symbolic links: those that come are left out`);
  const until = parts.held.obstacles.until();
  await fewAtOnce(links.entries, makers, (entry) => placeLink(parts, links.uploader, entry, until));
}

async function placeLink(
  { context, uploads, held }: UnpackParts,
  uploader: string,
  { path, upload, target: to, mtime, attributes }: LinkEntry,
  until: number,
): Promise<void> {
  const { sink, onEvent, signal, unsafeLinks } = context.options;
  const ref: UploadRef = { uploader, path, upload };
  const target = uploads.targetOf(ref);
  if (target === undefined) return;
  if (!unsafeLinks && leadsOut(path, to)) {
    const why = `it is a symbolic link that leads out of the tree, to "${to}": --unsafe-links makes such ones too`;
    return context.tellFailed(ref, 'refused-name', why);
  }
  /** True when this version or a newer one stands there now. */
  const place = async (): Promise<boolean> => {
    const newest = await sink.newest(target);
    if (newest !== undefined && newest >= upload) return true;
    // What says the same is no other link, whoever has put it there.
    const isSame = (await sink.linkAt?.(target)) === to;
    const over = isSame ? 'anything' : await mayOverwrite(context, target, upload, { mtime });
    if (over === 'newer') return true;
    if (typeof over === 'object') {
      context.tellNotReplaced(ref, target, over.stays);
      return false;
    }
    const link = { upload, to, mtime, ...(attributes && { attributes }) };
    const keptAs = await sink.link!(target, link, over);
    const kept = keptAs === undefined ? {} : { keptAs };
    onEvent({ type: 'linked', uploader, path, upload, target, to, ...kept });
    return true;
  };
  let stands = false;
  const work = async (): Promise<void> => {
    stands = await context.turns.run(target, () => context.untilNotReplaced(place));
  };
  try {
    await held.obstacles.pass(work, until, signal);
    if (stands) await uploads.supersede(target, upload);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    context.tellFailed(ref, 'sink', `the symbolic link cannot be made: ${describeError(error)}`);
  }
}
