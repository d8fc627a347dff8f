/** Uploads in parts that a run which was killed left behind. Only ours are ended: the journal says which those are. */
import type { ObjectWriter } from '../contract.ts';
import { type OpenParts, readJournal } from './journal-content.ts';

/** Ends them. `others`: keys of the journals of other downloaders' names. */
export async function abortFormer(
  objects: ObjectWriter,
  former: readonly OpenParts[],
  others: () => Promise<readonly string[]>,
): Promise<void> {
  for (const { key, id } of former) if (id !== undefined) await objects.abort(key, id);
  const unknown = new Set(former.filter(({ id }) => id === undefined).map(({ key }) => key));
  if (unknown.size === 0) return;
  const theirs = await openOfOthers(objects, await others());
  for (const key of unknown) {
    // Another downloader is about to write there, or has just begun to: which is whose, nobody can tell.
    if (theirs.some((one) => one.key === key && one.id === undefined)) continue;
    const known = new Set(theirs.map(({ id }) => id));
    for (const id of await objects.openUploads(key)) if (!known.has(id)) await objects.abort(key, id);
  }
}

async function openOfOthers(objects: ObjectWriter, journals: readonly string[]): Promise<OpenParts[]> {
  const open: OpenParts[] = [];
  for (const key of journals) open.push(...((await readJournal(objects, key))?.content?.open ?? []));
  return open;
}
