/**
 * Where the bytes stand of versions that are made of other uploads, or striped, as the topic itself was seen to have them. What their records say by offsets is true
 * on the cluster that they were written on: on a topic that was copied to another one (by MirrorMaker, say) these are other records, or none. Pure.
 */
import type { CopySource } from '../../records/copy-source.ts';
import type { DeltaParts, PartSource } from '../../records/delta-parts.ts';
import type { Stripe } from '../../records/stripes.ts';
import type { Ranges } from '../incoming/ranges.ts';

/** In which partitions records of one upload stand, from the first to the last. Small, for there are many. */
export class StandingStripes {
  readonly #flat: number[] = [];

  see(partition: number, offset: number): void {
    const flat = this.#flat;
    for (let at = 0; at < flat.length; at += 3) {
      if (flat[at] !== partition) continue;
      flat[at + 1] = Math.min(flat[at + 1]!, offset);
      flat[at + 2] = Math.max(flat[at + 2]!, offset);
      return;
    }
    flat.push(partition, offset, offset);
  }

  get all(): Stripe[] {
    const { length } = this.#flat;
    return Array.from({ length: length / 3 }, (_, index) => {
      const [partition, first, last] = this.#flat.slice(3 * index, 3 * index + 3);
      return [partition!, first!, last!];
    });
  }
}

/** An upload as it was seen. */
export interface Seen {
  readonly size: number;
  readonly ranges: Ranges;
  readonly standing: StandingStripes;
}

/** What a version says of others. */
export interface Made extends Seen {
  readonly of?: CopySource | undefined;
  readonly parts?: DeltaParts | undefined;
  readonly stripes?: readonly Stripe[] | undefined;
  readonly partition: number;
  readonly first: number;
  /** The record that ends it. */
  readonly last?: number | undefined;
}

/** The same source where it stands here, if all of it does; otherwise as it was told, which is somewhere else or gone. */
export function sourceHere<S extends CopySource>(source: S, seen: Seen | undefined): S {
  const [stripe, ...more] = seen?.standing.all ?? [];
  if (stripe === undefined || more.length > 0 || seen?.ranges.covers(seen.size) !== true) return source;
  const [partition, first, last] = stripe;
  return { ...source, partition, first, last };
}

/** The least Kafka offset of a record with bytes of a delta. */
export function sinceHere({ sources }: DeltaParts, seen: (source: PartSource) => Seen | undefined): number {
  return Math.min(...sources.map((source) => sourceHere(source, seen(source)).first));
}

/** `stands`: whether the topic has these records, by their offsets: asked of what nobody has looked for. */
export function madeHere(
  { of, parts, stripes, ranges, size, standing, partition, first, last }: Made,
  seen: (source: CopySource) => Seen | undefined,
  stands: (source: CopySource) => boolean,
): {
  readonly of?: CopySource;
  readonly since?: number;
  readonly stripes?: readonly Stripe[];
  readonly first?: number;
} {
  if (of !== undefined) return { of: sourceHere(of, seen(of)) };
  if (stripes !== undefined) {
    if (!ranges.covers(size)) return {};
    const here = standing.all;
    const home = here.find(([where]) => where === partition);
    // A home without chunks has the closing record alone, and reading begins there.
    return { stripes: here, first: home?.[1] ?? last ?? first };
  }
  if (parts === undefined) return {};
  const sources = parts.sources.map((source) => ({ seen: seen(source), source }));
  for (const { offset, length, source: number, from } of parts.ranges) {
    const { seen, source } = sources[number]!;
    if (seen === undefined && stands(source)) ranges.add(offset, offset + length);
    for (const [start, end] of seen?.ranges.within(from, from + length) ?? [])
      ranges.add(offset + start - from, offset + end - from);
  }
  return { since: sinceHere(parts, seen) };
}
