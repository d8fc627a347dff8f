/**
 * FFmpeg plays one track of a representation, and here both are in one. Of what is over it is given an init for each: the segments stay as they are, and each
 * init lets it see its own track of them (ADR 373).
 */
import { FormatError } from '../../errors.ts';
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { trackInitName, tracksOf } from '../dash/ffmpeg.ts';
import { initOfTrack, type TrackKind, trackOf } from '../dash/one-track.ts';
import { longestRun } from '../dash/plain.ts';
import type { Catalogue } from './catalogue.ts';
import { initPath, media } from './layout.ts';
import { variantsOf } from './texts.ts';
import { readWhole } from './whole-object.ts';

export interface TrackInitsOptions {
  readonly store: PlainStore;
  readonly patiently: Patiently;
  readonly catalogue: Catalogue;
}

/** Resolves when those stand that the manifest of the whole programme names. Made of inits that stand: all exporters make the same. */
export async function putTrackInits({ store, patiently, catalogue }: TrackInitsOptions): Promise<void> {
  const epoch = longestRun(catalogue.segments)?.first.epoch;
  if (epoch === undefined) return;
  const kinds = Object.entries(tracksOf(variantsOf(catalogue, epoch))) as [
    TrackKind,
    readonly { name: string }[],
  ][];
  for (const [kind, variants] of kinds) {
    for (const { name } of variants) {
      const standing = await readWhole(store, patiently, initPath(name, epoch));
      if (standing === undefined) continue;
      const key = `${store.place.prefix}${name}/${trackInitName(kind, epoch)}`;
      const bytes = initFor(standing.bytes, kind);
      await patiently(() => store.put(key, bytes, {}, undefined, media));
    }
  }
}

/** All of it where it cannot be read: what is named has to stand. */
function initFor(init: Buffer, kind: TrackKind): Buffer {
  try {
    const track = trackOf(init, kind);
    return track === undefined ? init : initOfTrack(init, track, true);
  } catch (error) {
    if (error instanceof FormatError) return init;
    throw error;
  }
}
