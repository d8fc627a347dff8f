/** What is sent of an init and of media when only the picture or only the sound was asked for. Pure. */
import { FormatError } from '../../errors.ts';
import { initOfTrack, samplesOfTrack, type TrackKind, trackOf } from '../dash/one-track.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;

/** An init with this track alone; undefined: it has none. */
export function initOf(init: Buffer, kind: TrackKind): Buffer | undefined {
  return unlessUnreadable(() => {
    const track = trackOf(init, kind);
    return track && initOfTrack(init, track);
  });
}

/** What to send of each chunk of an epoch with this init; undefined: it has no such track. */
export function cutting(
  init: Buffer | undefined,
  kind: TrackKind | undefined,
): ((chunk: Buffer) => Buffer) | undefined {
  if (kind === undefined) return asItIs;
  const track = init && unlessUnreadable(() => trackOf(init, kind));
  if (track === undefined) return undefined;
  return (chunk) => unlessUnreadable(() => samplesOfTrack(chunk, track)) ?? nothing;
}

const nothing = Buffer.alloc(0);

/** Anybody may write to a topic: what cannot be read has no such track. */
function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
