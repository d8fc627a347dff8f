/** The texts of an exported place: what players open, made of its catalogue and of nothing else, so that all exporters make the same. Pure. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Targets } from '../../records/live-record.ts';
import type { Served } from '../../stores/objects/contract.ts';
import type { Variant } from '../dash/period.ts';
import { plainManifest } from '../dash/plain.ts';
import { multivariantPlaylist } from '../hls/multivariant.ts';
import { ofRendition } from '../hls/of-rendition.ts';
import { bytesOfPieces } from '../hls/pieces.ts';
import { plainPlaylist } from '../hls/plain.ts';
import { firstListed } from '../window/limits.ts';
import type { Catalogue } from './catalogue.ts';
import { manifestName, multivariantName, playlistName, text } from './layout.ts';

/** Of what kind the lists are. */
export interface ListChoice {
  readonly targets: Targets;
  /** Milliseconds; undefined: everything. */
  readonly window?: number | undefined;
}

export interface Text {
  readonly name: string;
  readonly served: Served;
  readonly bytes: () => Buffer;
}

const uri = (name: string): string => name;

/** `over`: nothing will be added or forgotten any more. Those that name segments; they stand before {@link multivariantText}, which names them. */
export function listTexts(catalogue: Catalogue, choice: ListChoice, over: boolean): readonly Text[] {
  const { targets, window } = choice;
  const listed = listedOf(catalogue, choice);
  const served = text('hls', over, targets.segment);
  // Copies, for a catalogue grows: what is made of an array holds for as long as that is the same.
  const playlists = catalogue.renditions.flatMap(({ name }): Text[] => {
    const type = window === undefined ? 'EVENT' : undefined;
    const newest = listed.at(-1);
    const live = () =>
      joined(plainPlaylist({ ...ofRendition(listed.slice(), name), newest, targets, type, over }));
    const vod = () => {
      const segments = ofRendition(catalogue.segments.slice(), name);
      return joined(plainPlaylist({ ...segments, targets, type: 'VOD', over }));
    };
    const texts: Text[] = [{ name: playlistName(name, 'live'), served, bytes: live }];
    return over ? [...texts, { name: playlistName(name, 'vod'), served, bytes: vod }] : texts;
  });
  const manifest = (): Buffer =>
    Buffer.from(
      plainManifest({
        targets,
        segments: catalogue.segments,
        first: listed[0]?.media,
        epochOf: (epoch) => ({
          start: catalogue.epoch(epoch).start,
          variants: variantsOf(catalogue, epoch),
        }),
        over,
        name: manifestName,
      }),
    );
  return [...playlists, { name: manifestName, served: text('dash', over, targets.segment), bytes: manifest }];
}

/** The renditions of an epoch, as they are announced. */
export function variantsOf(catalogue: Catalogue, epoch: number): readonly Variant[] {
  const { renditions } = catalogue.epoch(epoch);
  return catalogue.renditions.flatMap(({ name }) => {
    const facts = renditions[name];
    return facts === undefined ? [] : [{ name, facts }];
  });
}

export function multivariantText(catalogue: Catalogue, choice: ListChoice, over: boolean): Text {
  const bytes = (): Buffer => {
    // What is over is named by its list of everything.
    const segments = over ? catalogue.segments : listedOf(catalogue, choice);
    return Buffer.from(multivariantPlaylist({ variants: announced(catalogue, segments), over, uri }));
  };
  return { name: multivariantName, served: text('hls', over, choice.targets.segment), bytes };
}

/** Renditions of which these segments have something, with the most that any of their encoders takes of a line (RFC 8216, 4.3.4.2). */
function announced(catalogue: Catalogue, segments: readonly IndexedSegment[]): readonly Variant[] {
  const epochs = [...new Set(segments.map(({ epoch }) => epoch))];
  const found = catalogue.renditions.flatMap(({ name, facts }): Variant[] => {
    if (!segments.some(({ sizes }) => Object.hasOwn(sizes, name))) return [];
    const { bandwidth, averageBandwidth } = epochs
      .flatMap((epoch) => catalogue.epoch(epoch).renditions[name] ?? [])
      .reduce((most, one) => (one.bandwidth > most.bandwidth ? one : most), facts);
    return [{ name, facts: { ...facts, bandwidth, averageBandwidth } }];
  });
  // Where there are gaps alone nothing is known to be better.
  if (found.length === 0) return catalogue.renditions;
  return found.sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));
}

function listedOf({ segments }: Catalogue, { targets, window }: ListChoice): readonly IndexedSegment[] {
  if (window === undefined) return segments;
  return segments.slice(firstListed(segments, targets.segment, window * 1000));
}

function joined(pieces: Parameters<typeof bytesOfPieces>[0]): Buffer {
  return Buffer.concat([...bytesOfPieces(pieces, uri)]);
}
