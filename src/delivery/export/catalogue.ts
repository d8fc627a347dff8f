/**
 * What an exported place holds of a stream: its segments in order, what its epochs are announced by, and whether it is over. One list that
 * only grows at its end, and of which all texts are made; in memory, and as the lines of a journal. Pure.
 */
import { z } from 'zod';
import { FormatError } from '../../errors.ts';
import {
  decodeIndexEntry,
  encodeIndexEntry,
  type IndexEntry,
  type IndexedEnd,
  type IndexedSegment,
} from '../../records/live-index.ts';
import { readJson } from '../../records/live-json.ts';
import { isRenditionName } from '../../records/live-names.ts';
import type { RenditionFacts } from '../../records/live-record.ts';
import { beginOf } from '../dash/runs.ts';

const whole = z.number().int().nonnegative();
const facts = z.object({
  codecs: z.string().regex(/^[A-Za-z0-9.,_-]{1,200}$/),
  width: whole,
  height: whole,
  frameRate: whole,
  bandwidth: whole,
  averageBandwidth: whole,
  colours: z.object({ primaries: whole, transfer: whole, matrix: whole }).optional(),
});
const epochLine = z.object({
  v: z.literal(1),
  kind: z.literal('epoch'),
  epoch: whole,
  /** When its media time was 0: seconds since the epoch of Unix. */
  start: z.number().nonnegative(),
  renditions: z.record(z.string().refine(isRenditionName), facts),
});

/** An encoder's run, as it is announced. */
export interface Epoch {
  readonly epoch: number;
  readonly start: number;
  readonly renditions: Readonly<Record<string, RenditionFacts>>;
}

/** A segment that is to be listed, with what its init says; of a gap nothing. */
export interface NewSegment {
  readonly segment: IndexedSegment;
  readonly renditions: Readonly<Record<string, RenditionFacts>>;
}

export class Catalogue {
  readonly stream: string;
  readonly #segments: IndexedSegment[] = [];
  readonly #epochs = new Map<number, Epoch>();
  #end: IndexedEnd | undefined;

  constructor(stream: string) {
    this.stream = stream;
  }

  get segments(): readonly IndexedSegment[] {
    return this.#segments;
  }

  get last(): IndexedSegment | undefined {
    return this.#segments.at(-1);
  }

  get end(): IndexedEnd | undefined {
    return this.#end;
  }

  epoch(epoch: number): Epoch {
    return this.#epochs.get(epoch) ?? { epoch, start: 0, renditions: {} };
  }

  /** Renditions that any segment has, by falling bandwidth as of the newest epoch that has them, then by name. */
  get renditions(): readonly { readonly name: string; readonly facts: RenditionFacts }[] {
    const newest = new Map<string, RenditionFacts>();
    for (const { renditions } of this.#epochs.values())
      for (const [name, facts] of Object.entries(renditions)) newest.set(name, facts);
    return [...newest]
      .map(([name, facts]) => ({ name, facts }))
      .sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));
  }

  add(item: IndexEntry | Epoch): void {
    if (!('kind' in item)) this.#epochs.set(item.epoch, item);
    else if (item.kind === 'end') this.#end = item;
    else this.#segments.push(item);
  }

  /** Drops so many of the oldest, and the epochs that only those had. */
  forget(count: number): void {
    this.#segments.splice(0, count);
    const oldest = this.#segments[0]?.epoch ?? Number.POSITIVE_INFINITY;
    for (const epoch of this.#epochs.keys()) if (epoch < oldest) this.#epochs.delete(epoch);
  }

  /** What is to be announced of a segment's epoch before it; undefined: `known` says it already. */
  epochWith({ segment, renditions }: NewSegment, known: Epoch | undefined): Epoch | undefined {
    const { epoch } = segment;
    if (known !== undefined && Object.keys(renditions).every((name) => Object.hasOwn(known.renditions, name)))
      return undefined;
    const before = known ?? this.#epochs.get(epoch);
    const start = before?.start ?? beginOf(segment);
    return { epoch, start, renditions: { ...before?.renditions, ...renditions } };
  }
}

/** A segment as the journal has it: offsets are of one cluster, and the place of none. */
export function placeless(segment: IndexedSegment): IndexedSegment {
  return { ...segment, first: -1, next: -1 };
}

/** A line of the journal, with its line end. */
export function lineOf(item: IndexEntry | Epoch): string {
  if ('kind' in item) return `${Buffer.from(encodeIndexEntry(item).value as Uint8Array).toString()}\n`;
  return `${JSON.stringify({ v: 1, kind: 'epoch', ...item })}\n`;
}

/** The items of a block. Throws FormatError for what no exporter writes. */
export function readBlock(stream: string, text: string, name: string): (IndexEntry | Epoch)[] {
  const key = Buffer.from(stream);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value = Buffer.from(line);
      if (!line.includes('"kind":"epoch"')) return decodeIndexEntry({ key, value });
      const { v: _, kind: _kind, ...epoch } = readJson(epochLine, value, name);
      return epoch as Epoch;
    });
}

/** Throws FormatError unless the items go on where a list ends. */
export function mustGoOn(
  before: number | undefined,
  items: readonly (IndexEntry | Epoch)[],
  name: string,
): void {
  let last = before;
  for (const item of items) {
    if (!('kind' in item) || item.kind !== 'segment') continue;
    if (last !== undefined && item.media !== last + 1)
      throw new FormatError(`${name}: segment ${item.media} stands behind ${last}`);
    last = item.media;
  }
}
