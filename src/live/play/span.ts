/** From times to the records that hold them: "a clip is two offsets". Pure. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { LiveRecord } from '../../records/live-record.ts';
import type { SegmentList } from './segment-list.ts';

/** Which records of a stream belong to a clip. Times in microseconds since the epoch of Unix. */
export interface Span {
  /** Where to begin on the stream's partition of `L`; undefined: told by its claim. */
  readonly first: number | undefined;
  /** The offset behind the last record; undefined: it is not there yet, or not known. */
  readonly next: number | undefined;
  /** The first segment, as the index tells it; undefined: by `from`. */
  readonly segment: IndexedSegment | undefined;
  readonly firstMedia: number | undefined;
  readonly from: number | undefined;
  /** Of the first segment behind the last; undefined: by `to`. */
  readonly endMedia: number | undefined;
  readonly to: number | undefined;
  /** The greatest number of a segment that stood in the index already: ends of programmes before it do not end the clip. */
  readonly known: number;
  /** The lowest epoch of the clip: what is below is a zombie's. */
  readonly epoch: number;
  /** Microseconds between `from` and the first segment, where that is later: the topic holds nothing older. */
  readonly missing: number;
}

export interface WishedSpan {
  /** Microseconds, or the beginning of the newest programme; undefined: now. */
  readonly from: number | 'beginning' | undefined;
  readonly to?: number | undefined;
}

/** Everything that is known of where a clip stands, by the index. */
export function findSpan(list: SegmentList, { from, to }: WishedSpan): Span {
  const time = from === 'beginning' ? undefined : from;
  const first = from === undefined ? undefined : firstSegment(list, from);
  const behind = to === undefined ? undefined : list.from(to);
  const before = behind === undefined ? undefined : list.all[list.all.indexOf(behind) - 1];
  return {
    first: offsetOf(list, first),
    next: known(before?.next),
    segment: first,
    firstMedia: first?.media,
    from: time,
    endMedia: behind?.media,
    to,
    known: list.all.at(-1)?.media ?? -1,
    epoch: first?.epoch ?? -1,
    missing: first === undefined || time === undefined ? 0 : Math.max(0, first.captured - time),
  };
}

/** Undefined: no segment of the index holds that time, or one behind it does not either. */
function firstSegment(list: SegmentList, from: number | 'beginning'): IndexedSegment | undefined {
  if (from === 'beginning') return list.newestProgramme[0];
  const held = list.at(from);
  if (held === undefined) return list.all[0];
  const { captured, duration, timescale } = held;
  const isNewest = held === list.all.at(-1);
  // Behind the newest there may be the one that grows, or nothing yet.
  return isNewest && captured + (duration / timescale) * 1e6 <= from ? undefined : held;
}

/** Where a segment begins. Where that is not known: where one before it ends, or begins. */
function offsetOf(list: SegmentList, segment: IndexedSegment | undefined): number | undefined {
  const { all } = list;
  for (let index = segment === undefined ? -1 : all.indexOf(segment); index >= 0; index -= 1) {
    const offset = known(all[index]?.first) ?? known(all[index - 1]?.next);
    if (offset !== undefined) return offset;
  }
  return segment === undefined ? known(all.at(-1)?.next) : undefined;
}

function known(offset: number | undefined): number | undefined {
  return offset === undefined || offset < 0 ? undefined : offset;
}

/** What a record is to a clip. */
export type Membership = 'before' | 'inside' | 'behind';

/** `target`: microseconds of a segment, to judge one that is not in the index. */
export function membership(span: Span, record: LiveRecord, target: number): Membership {
  if (record.kind === 'end') {
    if (span.firstMedia !== undefined && record.media <= span.firstMedia) return 'before';
    return 'inside';
  }
  const { media } = record;
  if (span.endMedia !== undefined && media >= span.endMedia) return 'behind';
  if (span.firstMedia !== undefined && media < span.firstMedia) return 'before';
  if (record.kind === 'init') return 'inside';
  if (span.endMedia === undefined && span.to !== undefined && record.captured >= span.to) return 'behind';
  if (span.firstMedia === undefined && span.from !== undefined && record.captured + target <= span.from) {
    return 'before';
  }
  return 'inside';
}

/** Whether the end of a programme ends a clip: unless it is to go on into a later one that was there already. */
export function endsClip(span: Span, record: Extract<LiveRecord, { kind: 'end' }>): boolean {
  return span.to === undefined || record.media > span.known;
}
