/** A period: what one encoder made, in all renditions. Picture and sound stand together in a representation. Pure text. */
import type { Colours } from '../../records/colours.ts';
import type { RenditionFacts } from '../../records/live-record.ts';
import { initName, segmentName, type Uri } from '../hls/names.ts';
import { allOf, type ListedSegment } from './runs.ts';
import { type Attributes, element } from './xml.ts';

/** A rendition as it is announced. */
export interface Variant {
  readonly name: string;
  readonly facts: RenditionFacts;
}

/**
 * Those that an epoch has, as far as the index tells: an encoder that began anew may have made others than the one before. All where none of its segments
 * stands there yet.
 */
export function variantsOf(
  variants: readonly Variant[],
  epoch: number,
  indexed: readonly ListedSegment[],
): readonly Variant[] {
  const segments = allOf(indexed, epoch);
  const had = variants.filter(({ name }) =>
    segments.some(({ gap, sizes = {} }) => !gap && Object.hasOwn(sizes, name)),
  );
  return had.length === 0 ? variants : had;
}

export interface PeriodOptions {
  readonly epoch: number;
  readonly variants: readonly Variant[];
  /** Of `Period`, and of `SegmentTemplate` beside its URIs. */
  readonly attributes: Attributes;
  readonly template: Attributes;
  /** Entries of a SegmentTimeline; none: segments are counted by the clock. */
  readonly timeline?: readonly Attributes[] | undefined;
  readonly uri: Uri;
}

export function periodOf({ epoch, variants, attributes, template, timeline, uri }: PeriodOptions): string[] {
  const entries =
    timeline &&
    element(
      'SegmentTimeline',
      {},
      timeline.flatMap((each) => element('S', each)),
    );
  const representations = variants.flatMap(({ name, facts }) => {
    const names = {
      initialization: uri(`${name}/${initName(epoch)}`),
      media: uri(`${name}/${segmentName(epoch, '$Number$')}`),
    };
    const described = { id: name, codecs: facts.codecs, bandwidth: facts.bandwidth, ...pictureOf(facts) };
    return element('Representation', described, [
      ...colourProperties(facts.colours),
      ...element('SegmentTemplate', { ...template, ...names }, entries),
    ]);
  });
  const type = variants.some(({ facts }) => facts.width > 0) ? 'video' : 'audio';
  const set = {
    contentType: type,
    mimeType: `${type}/mp4`,
    segmentAlignment: 'true',
    startWithSAP: 1,
  };
  return element('Period', attributes, element('AdaptationSet', set, representations));
}

/**
 * The code points of ISO/IEC 23091-2, by the schemes that ISO/IEC 23009-1 takes from it (5.8.5.1). Supplemental: a player that does not know them must
 * not drop the only picture that there is (ADR 155).
 */
function colourProperties(colours: Colours | undefined): string[] {
  if (colours === undefined) return [];
  const { primaries, transfer, matrix } = colours;
  const named = {
    ColourPrimaries: primaries,
    TransferCharacteristics: transfer,
    MatrixCoefficients: matrix,
  };
  return Object.entries(named).flatMap(([name, value]) =>
    element('SupplementalProperty', { schemeIdUri: `urn:mpeg:mpegB:cicp:${name}`, value }),
  );
}

function pictureOf({ width, height, frameRate }: RenditionFacts): Attributes {
  return width === 0 ? {} : { width, height, frameRate: `${frameRate}/1000`, sar: '1:1' };
}
