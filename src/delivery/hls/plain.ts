/**
 * Media playlists for whoever reads files and nothing else: whole segments, without parts, without anything to ask a server for (RFC 8216).
 * They grow at their end alone, and with a window lose what is oldest. Pure text, in pieces.
 */
import type { Targets } from '../../records/live-record.ts';
import type { Listed } from './line-up.ts';
import { numbers, numbersBehind } from './media.ts';
import { olderLines } from './older-lines.ts';
import type { Pieces } from './pieces.ts';
import { timingOf } from './timing.ts';

export interface PlainOptions {
  /** Rising media sequence numbers without a hole, all closed; what nobody has is a gap. */
  readonly segments: readonly Listed[];
  /** Whose they are, where others have what is a gap here. */
  readonly apart?: string;
  /** The newest of all: where nothing of these is listed any more, their numbers go on behind it. */
  readonly newest?: Pick<Listed, 'media' | 'discontinuities'> | undefined;
  readonly targets: Targets;
  /** EVENT: nothing is ever taken away. VOD: nothing changes any more. Undefined: the oldest go. */
  readonly type: 'EVENT' | 'VOD' | undefined;
  /** Nothing follows. */
  readonly over: boolean;
}

export function plainPlaylist({ segments, apart = '', newest, targets, type, over }: PlainOptions): Pieces {
  const lines = [
    '#EXTM3U',
    // Of EXT-X-GAP.
    '#EXT-X-VERSION:8',
    `#EXT-X-TARGETDURATION:${timingOf(targets).targetDuration}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(type === undefined ? [] : [`#EXT-X-PLAYLIST-TYPE:${type}`]),
    ...(segments.length === 0 && newest !== undefined ? numbersBehind(newest) : numbers(segments[0], 0)),
  ];
  const blocks = olderLines({ known: segments, from: 0, to: segments.length, apart }, targets.segment);
  return [`${lines.join('\n')}\n`, ...blocks, ...(over ? ['#EXT-X-ENDLIST\n'] : [])];
}
