/** Removes what has left the window so long ago that nobody can want it: whole blocks of the journal, the list of what stands always first. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { firstListed } from '../window/limits.ts';
import { readBlock } from './catalogue.ts';
import type { Journal } from './journal.ts';
import { blockName, initPath, segmentPath } from './layout.ts';
import { readWhole } from './whole-object.ts';

export interface ForgettingOptions {
  readonly store: PlainStore;
  readonly patiently: Patiently;
  readonly journal: Journal;
}

/**
 * Removes what is to be forgotten by now, and what somebody was killed over. Whoever read a playlist may fetch what it named for as long as that
 * lasted, and a segment more (RFC 8216, 6.2.2); this is longer.
 */
export async function forget(options: ForgettingOptions): Promise<void> {
  const { journal } = options;
  for (;;) {
    const { head, blocks, catalogue } = journal;
    if (head === undefined || head.window === undefined || !head.forget || head.closed) return;
    const { segment: target } = head.targets;
    const listed = Math.max(head.window * 1000, 3 * target);
    const kept = firstListed(catalogue.segments, target, 2 * listed + 3 * target);
    const [oldest] = blocks;
    if (oldest === undefined || blocks.length < 2 || oldest.segments > kept) return;
    // A block that was being removed comes first: only the newest of them is looked for.
    await clearForgotten(options);
    await journal.changeHead((now) =>
      now.closed || now.block > oldest.number ? undefined : { ...now, block: oldest.number + 1 },
    );
    await clearForgotten(options);
  }
}

/** Removes what stands of the block before the first. */
export async function clearForgotten({ store, patiently, journal }: ForgettingOptions): Promise<void> {
  const { head, catalogue } = journal;
  if (head === undefined || head.block === 0) return;
  const name = blockName(head.block - 1);
  const standing = await readWhole(store, patiently, name);
  if (standing === undefined) return;
  const items = readBlock(head.stream, standing.bytes.toString(), name);
  const segments = items.filter((item): item is IndexedSegment => 'kind' in item && item.kind === 'segment');
  const first = catalogue.segments[0]?.epoch ?? Number.POSITIVE_INFINITY;
  const inits = new Set<string>();
  for (const { epoch, media, sizes } of segments) {
    for (const rendition of Object.keys(sizes)) {
      await remove(segmentPath(rendition, epoch, media));
      if (epoch < first) inits.add(initPath(rendition, epoch));
    }
  }
  for (const init of inits) await remove(init);
  await remove(name);

  async function remove(path: string): Promise<void> {
    await patiently(() => store.remove(store.place.prefix + path));
  }
}
