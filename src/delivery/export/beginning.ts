/** With which segment an export begins, where nothing stands yet. Pure. */
import type { LivePlace } from '../../live/play/options.ts';
import { SegmentList } from '../../live/play/segment-list.ts';
import type { IndexEntry } from '../../records/live-index.ts';
import { durationOf, firstListed } from '../window/limits.ts';

export interface BeginningOptions {
  /** Of one stream, in the order of the index: all that stands there. */
  readonly entries: readonly IndexEntry[];
  /** Its claim says that the programme goes on. */
  readonly isLive: boolean;
  readonly from: LivePlace | undefined;
  /** Microseconds: what playlists are to list at least; undefined: everything. */
  readonly window: number | undefined;
  /** Microseconds of a segment. */
  readonly target: number;
}

/** The least media sequence number that is wanted. */
export function firstWanted({ entries, isLive, from, window, target }: BeginningOptions): number {
  const list = new SegmentList();
  for (const entry of entries) list.push(entry);
  const newest = list.all.at(-1);
  const last = newest?.media ?? -1;
  const ended = entries.findLast(({ kind, media }) => kind === 'end' && media > last);
  const following = ended?.media ?? last + 1;
  if (typeof from === 'number') {
    const held = list.at(from * 1000);
    if (held === undefined) return list.from(from * 1000)?.media ?? following;
    // Behind the newest there may be the one that grows, or nothing yet.
    const isOver = held === newest && held.captured + durationOf(held) <= from * 1000;
    return isOver ? following : held.media;
  }
  // The programme that goes on has nothing in the index yet.
  if (isLive && ended !== undefined) return following;
  const programme = list.newestProgramme;
  const index = window === undefined || from === 'beginning' ? 0 : firstListed(programme, target, window);
  return programme[index]?.media ?? following;
}
