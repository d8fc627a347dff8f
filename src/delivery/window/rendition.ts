/** One rendition of a window: chunks become parts, parts become segments. */
import type {
  GapRecord,
  InitRecord,
  PartRecord,
  RenditionFacts,
  Targets,
} from '../../records/live-record.ts';
import type { Arrival, Edge, Part, Rendition, Segment } from '../contract.ts';
import { firstKept, type WindowLimits } from './limits.ts';

type Tell = (arrival: Arrival) => void;

/** A part of which chunks have come. */
interface OpenPart {
  readonly record: PartRecord;
  readonly chunks: Buffer[];
  duration: number;
}

/** A segment as it grows. */
class OpenSegment implements Segment {
  readonly epoch: number;
  readonly media: number;
  readonly ordinal: number;
  readonly discontinuity: boolean;
  readonly discontinuities: number;
  readonly gap: boolean;
  readonly timescale: number;
  readonly time: number;
  readonly captured: number;
  readonly parts: Part[] = [];
  closed = false;
  duration = 0;

  constructor(record: PartRecord | GapRecord) {
    this.epoch = record.epoch;
    this.media = record.media;
    this.ordinal = record.ordinal;
    this.discontinuity = record.discontinuity;
    this.discontinuities = record.discontinuities;
    this.timescale = record.timescale;
    this.time = record.time;
    this.captured = record.captured;
    this.gap = record.kind === 'gap';
    if (this.gap) {
      this.closed = true;
      this.duration = record.duration;
    }
  }
}

export interface RenditionOptions {
  readonly targets: Targets;
  readonly limits: WindowLimits;
  /** Called once the state says so too. */
  readonly tell: Tell;
}

/** Records of other renditions, of lower epochs and such as came before must be kept from it. */
export class WindowRendition implements Rendition {
  readonly name: string;
  readonly inits = new Map<number, Buffer>();
  readonly segments: OpenSegment[] = [];
  readonly #options: RenditionOptions;
  #facts: RenditionFacts;
  #edge: Edge;
  /** The segment whose beginning was seen and whose first part is still to come, or to which parts are added. */
  #open: OpenSegment | undefined;
  #part: OpenPart | undefined;

  constructor(record: InitRecord, bytes: Buffer, options: RenditionOptions) {
    this.name = record.rendition;
    this.#options = options;
    this.#facts = record.facts;
    this.#edge = { epoch: record.epoch, media: record.media, part: 0, ordinal: record.ordinal };
    this.inits.set(record.epoch, bytes);
  }

  get facts(): RenditionFacts {
    return this.#facts;
  }

  get edge(): Edge {
    return this.#edge;
  }

  /** Bytes of media that it keeps alive. */
  get heldBytes(): number {
    let held = 0;
    for (const init of this.inits.values()) held += init.length;
    for (const { parts } of this.segments) for (const { bytes } of parts) held += bytes.length;
    for (const chunk of this.#part?.chunks ?? []) held += chunk.length;
    return held;
  }

  /** Of a newer epoch; within one epoch inits say nothing new. */
  init({ epoch, facts, media, ordinal }: InitRecord, bytes: Buffer): void {
    if (this.inits.has(epoch)) return;
    this.#facts = facts;
    this.inits.set(epoch, bytes);
    this.#edge = { epoch, media, part: 0, ordinal };
    this.#forgetInits();
    this.#options.tell({ type: 'init', rendition: this.name, epoch, bytes });
  }

  part(record: PartRecord, bytes: Buffer): void {
    if (record.chunk === 0) this.#beginPart(record);
    const part = this.#part;
    // Its beginning was not seen: this server began to read in the middle of it.
    if (part === undefined || !isOf(part, record)) return;
    part.chunks.push(bytes);
    part.duration += record.duration;
    const { epoch, media, chunk, keyframe } = record;
    this.#options.tell({
      type: 'chunk',
      rendition: this.name,
      epoch,
      media,
      part: record.part,
      chunk,
      keyframe,
      bytes,
    });
    if (record.lastChunk) this.#endPart();
  }

  gap(record: GapRecord): void {
    this.close();
    const segment = new OpenSegment(record);
    this.segments.push(segment);
    const { epoch, media, ordinal } = record;
    this.#edge = { epoch, media: media + 1, part: 0, ordinal };
    this.#trim();
    this.#options.tell({ type: 'segment', rendition: this.name, segment });
  }

  /** Nothing will be added to what is open. */
  close(): void {
    this.#endPart();
    const segment = this.#open;
    this.#open = undefined;
    if (segment === undefined || segment.parts.length === 0) return;
    segment.closed = true;
    const { epoch, media } = segment;
    this.#edge = { epoch, media: media + 1, part: 0, ordinal: this.#edge.ordinal };
    this.#trim();
    this.#options.tell({ type: 'segment', rendition: this.name, segment });
  }

  /** What an encoder had begun when a newer one took its place: a part that was cut off is dropped. */
  abandon(): void {
    this.#part = undefined;
    this.close();
  }

  /** Takes segments away that a newer epoch has made void: those with this media sequence number, or a greater one. */
  voidFrom(media: number): void {
    while ((this.segments.at(-1)?.media ?? -1) >= media) this.segments.pop();
    this.#forgetInits();
  }

  /** Another programme begins. */
  clear(): void {
    this.#part = undefined;
    this.#open = undefined;
    this.segments.length = 0;
    this.#forgetInits();
  }

  #beginPart(record: PartRecord): void {
    this.#endPart();
    if (record.part === 0) {
      this.close();
      this.#open = new OpenSegment(record);
    }
    const { epoch, media } = record;
    const begun = this.#open?.media === media && this.#open.epoch === epoch;
    const next = begun && this.#open!.parts.length === record.part;
    this.#part = next ? { record, chunks: [], duration: 0 } : undefined;
    // A part is missing: what follows it in this segment must not be shown as if it were not.
    if (!next) this.close();
    this.#edge = { epoch, media, part: record.part, ordinal: record.ordinal };
  }

  #endPart(): void {
    const open = this.#part;
    const segment = this.#open;
    this.#part = undefined;
    if (open === undefined || segment === undefined || open.chunks.length === 0) return;
    const { epoch, media, part: number, ordinal, keyframe, time } = open.record;
    // One chunk is the part; of several, the part is the one copy.
    const bytes = open.chunks.length === 1 ? open.chunks[0]! : Buffer.concat(open.chunks);
    const part: Part = { number, ordinal, independent: keyframe, time, duration: open.duration, bytes };
    segment.parts.push(part);
    segment.duration += part.duration;
    if (number === 0) this.segments.push(segment);
    this.#edge = { epoch, media, part: number + 1, ordinal: ordinal + 1 };
    this.#options.tell({ type: 'part', rendition: this.name, segment, part });
  }

  #trim(): void {
    const { targets, limits } = this.#options;
    let first = firstKept(this.segments, targets.segment, limits.listed);
    let bytes = 0;
    for (let index = this.segments.length - 1; index >= first; index -= 1) {
      for (const part of this.segments[index]!.parts) bytes += part.bytes.length;
      if (bytes > limits.bytes) first = index + 1;
    }
    // However large a segment is, the newest one stays.
    first = Math.min(first, this.segments.length - 1);
    if (first <= 0) return;
    this.segments.splice(0, first);
    this.#forgetInits();
  }

  #forgetInits(): void {
    if (this.inits.size < 2) return;
    const used = new Set(this.segments.map(({ epoch }) => epoch)).add(this.#edge.epoch);
    for (const epoch of this.inits.keys()) if (!used.has(epoch)) this.inits.delete(epoch);
  }
}

function isOf({ record, chunks }: OpenPart, { epoch, media, part, chunk }: PartRecord): boolean {
  return record.epoch === epoch && record.media === media && record.part === part && chunks.length === chunk;
}
