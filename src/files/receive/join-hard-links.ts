/** Names that are one file at their source become one here, where both stand as they were received. */
import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import type { HardLinkEntry, HardLinks, StandingVersion } from '../../records/hard-link-record.ts';
import { isPermanent } from '../shared/disk-retry.ts';
import { fewAtOnce } from '../shared/few-at-once.ts';
import { JoinPatience, type Waiting } from './join-patience.ts';
import { refuseEntries } from './refused-record.ts';
import type { UnpackParts } from './unpack.ts';

/** Names that are joined at once. */
const joiners = 16;
/** Milliseconds between two looks for versions that are on their way. */
const lookEvery = 200;

/** Resolves when all names of the record are joined, or passed over: they are whole without. */
export async function joinHardLinks(parts: UnpackParts, links: HardLinks): Promise<void> {
  const { context, place } = parts;
  const { sink, signal } = context.options;
  refuseEntries(context, place, links);
  if (sink.join === undefined)
    return context.tellOnce(
      `${sink.place} takes no hard links, as an object store and the folder of a group do not: what is one file at its source is several there`,
    );
  const patience = new JoinPatience(performance.now());
  let waiting: readonly HardLinkEntry[] = links.entries;
  // The versions stood on the topic before this was said of them: whatever is named behind its ends never comes.
  let ends: Ends | undefined;
  for (;;) {
    const looked = await fewAtOnce(waiting, joiners, async (entry) => {
      const found = await join(parts, links.uploader, entry, ends);
      // Its name may be free when the run ends, and no sooner.
      if (found === 'held')
        parts.held.afterwards(async () => (await join(parts, links.uploader, entry, ends)) !== 'held');
      return found === 'done' || found === 'held' ? [] : [{ entry, found }];
    });
    const left = looked.flat();
    waiting = left.map(({ entry }) => entry);
    const found = left.map(({ found }) => found);
    if (!patience.goesOn(found, context.reached(partitionsOf(waiting)), performance.now())) return;
    if (found.includes('ahead')) ends ??= await context.options.ends?.();
    // The record is read again by the next run.
    await pause(lookEvery, undefined, { signal });
  }
}

/** `held`: one of them waits for its name. */
type Progress = 'done' | 'held' | Waiting;
type Ends = ReadonlyMap<number, number>;

function partitionsOf(entries: readonly HardLinkEntry[]): ReadonlySet<number> {
  return new Set(entries.flatMap(({ partition, of }) => [partition, of.partition]));
}

async function join(
  { context, uploads }: UnpackParts,
  uploader: string,
  { of, ...own }: HardLinkEntry,
  ends: Ends | undefined,
): Promise<Progress> {
  const { sink, onEvent } = context.options;
  const targets = [own, of].map(({ path, upload }) => uploads.placeOf({ uploader, path, upload }));
  const [target, other] = targets;
  if (target === undefined || other === undefined) return 'done';
  // Before all that has to be looked up: there may be thousands that wait for an hour.
  const isAhead = ({ partition, last }: StandingVersion): boolean =>
    (ends === undefined || last < (ends.get(partition) ?? 0)) && context.willCome(partition, last);
  if (isAhead(own) || isAhead(of)) return 'ahead';
  const progressOf = async (name: string, { upload }: StandingVersion): Promise<Progress> => {
    const newest = await sink.newest(name);
    if (newest !== undefined && newest >= upload) return 'done';
    const open = uploads.get(upload);
    if (open?.isHeld) return 'held';
    if (open === undefined && uploads.hasEnded(upload)) return 'done';
    return open?.finishing !== undefined || open?.again !== undefined ? 'to-come' : 'under-way';
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
