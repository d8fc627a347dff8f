/** Names that are one file at their source become one here, where both stand as they were received. */
import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import type { HardLinkEntry, HardLinks, StandingVersion } from '../../records/hard-link-record.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { refuseEntries } from './refused-record.ts';
import type { UnpackParts } from './unpack.ts';

/** Names that are joined at once. */
const joiners = 16;
/** Milliseconds between two looks for versions that are on their way, for how long those are waited for that have come, and all at the most. */
const lookEvery = 200;
const usual = 1000;
const longest = 10 * 60_000;

/** Resolves when all names of the record are joined, or passed over: they are whole without. */
export async function joinHardLinks(parts: UnpackParts, links: HardLinks): Promise<void> {
  const { context, place } = parts;
  const { sink, signal } = context.options;
  refuseEntries(context, place, links);
  if (sink.join === undefined)
    return context.tellOnce(
      `${sink.place} takes no hard links, as an object store and the folder of a group do not: what is one file at its source is several there`,
    );
  const last = performance.now() + longest;
  let until = performance.now() + usual;
  let waiting: readonly HardLinkEntry[] = links.entries;
  for (;;) {
    const looked = await fewAtOnce(waiting, joiners, async (entry) => {
      const found = await join(parts, links.uploader, entry);
      // Its name may be free when the run ends, and no sooner.
      if (found === 'held')
        parts.held.afterwards(async () => (await join(parts, links.uploader, entry)) !== 'held');
      return found === 'done' || found === 'held' ? [] : [{ entry, found }];
    });
    const left = looked.flat();
    waiting = left.map(({ entry }) => entry);
    if (left.some(({ found }) => found === 'to-come')) until = performance.now() + usual;
    if (waiting.length === 0 || performance.now() > Math.min(until, last)) return;
    // The record is read again by the next run.
    await pause(lookEvery, undefined, { signal });
  }
}

/** `to-come`: one of them has not come; `under-way`: it may have, and not stand there yet; `held`: it waits for its name. */
type Progress = 'done' | 'held' | 'under-way' | 'to-come';

async function join(
  { context, uploads }: UnpackParts,
  uploader: string,
  { of, ...own }: HardLinkEntry,
): Promise<Progress> {
  const { sink, onEvent } = context.options;
  const targets = [own, of].map(({ path, upload }) => uploads.placeOf({ uploader, path, upload }));
  const [target, other] = targets;
  if (target === undefined || other === undefined) return 'done';
  const progressOf = async (
    name: string,
    { upload, partition, last }: StandingVersion,
  ): Promise<Progress> => {
    const newest = await sink.newest(name);
    if (newest !== undefined && newest >= upload) return 'done';
    const open = uploads.get(upload);
    if (open?.isHeld) return 'held';
    if (open === undefined && uploads.hasEnded(upload)) return 'done';
    const isAwaited = open?.finishing !== undefined || open?.again !== undefined;
    return isAwaited || context.willCome(partition, last) ? 'to-come' : 'under-way';
  };
  // Asked first: what is put there meanwhile is met by the attempt.
  const found = [await progressOf(target, own), await progressOf(other, of)] as const;
  try {
    const wish = { target, upload: own.upload, other, of: of.upload };
    const joined = await context.turns.run(target, () => sink.join!(wish));
    if (joined === 'joined') {
      const { path, upload } = own;
      onEvent({ type: 'hard-linked', uploader, path, upload, target, to: other });
    }
    if (joined !== 'apart') return 'done';
    return (['held', 'to-come', 'under-way'] as const).find((one) => found.includes(one)) ?? 'done';
  } catch (error) {
    if (!isPermanent(error)) throw error;
    context.tellOnce(
      `${sink.place}: names that are one file at their source stay several (${describeError(error)})`,
    );
    return 'done';
  }
}
