/** The window of one stream, made from its records in their order, and from nothing else (FORMAT.md, "Live media"). */
import type { InitRecord, LiveRecord, Targets } from '../../records/live-record.ts';
import type { Arrival, LiveStream, Rendition } from '../contract.ts';
import { type WindowLimits, windowDefaults } from './limits.ts';
import { WindowRendition } from './rendition.ts';

/**
 * Takes the records of a stream that a feed lets through: of no lower epoch than one before, and none twice. What was cut off
 * at its beginning, because this server began to read in the middle of it, is never shown.
 */
export class StreamWindow implements LiveStream {
  readonly name: string;
  readonly #limits: WindowLimits;
  readonly #now: () => number;
  readonly #renditions = new Map<string, WindowRendition>();
  readonly #listeners = new Set<(arrival: Arrival) => void>();
  #sorted: readonly WindowRendition[] = [];
  #targets: Targets = { part: 200_000, segment: 2_000_000 };
  #epoch = -1;
  /** A newer epoch has begun, and has not said with which media sequence number. */
  #anew = false;
  #version = 0;
  #ended = false;
  #arrivedAt = 0;

  constructor(name: string, limits: Partial<WindowLimits> = {}, now: () => number = Date.now) {
    this.name = name;
    this.#limits = { ...windowDefaults, ...limits };
    this.#now = now;
  }

  get version(): number {
    return this.#version;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get targets(): Targets {
    return this.#targets;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get arrivedAt(): number {
    return this.#arrivedAt;
  }

  /** Those that have something to show. */
  get renditions(): readonly Rendition[] {
    return this.#sorted;
  }

  /** Nothing to show yet: no part whose beginning was seen. */
  get empty(): boolean {
    return this.#sorted.length === 0;
  }

  /** Bytes of media that it keeps alive. */
  get heldBytes(): number {
    let held = 0;
    for (const rendition of this.#renditions.values()) held += rendition.heldBytes;
    return held;
  }

  rendition(name: string): Rendition | undefined {
    const rendition = this.#renditions.get(name);
    return rendition !== undefined && this.#sorted.includes(rendition) ? rendition : undefined;
  }

  listen(listener: (arrival: Arrival) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `bytes` is the record's value, in memory that nobody else writes to or keeps alive for long. */
  apply(record: LiveRecord, bytes: Buffer): void {
    if (record.epoch < this.#epoch) return;
    if (record.epoch > this.#epoch) this.#beginEpoch(record.epoch);
    if (record.kind === 'end') {
      this.#end();
      return;
    }
    if (this.#ended) this.#beginProgramme();
    if (this.#anew) this.#voidFrom(record.media);
    if (record.kind === 'init') this.#init(record, bytes);
    else if (record.kind === 'gap') for (const each of this.#renditions.values()) each.gap(record);
    else {
      this.#arrivedAt = this.#now();
      this.#renditions.get(record.rendition)?.part(record, bytes);
    }
  }

  #init(record: InitRecord, bytes: Buffer): void {
    const known = this.#renditions.get(record.rendition);
    if (known !== undefined) {
      known.init(record, bytes);
      return;
    }
    if (this.#renditions.size === 0) this.#targets = record.targets;
    const options = {
      targets: this.#targets,
      limits: this.#limits,
      tell: (arrival: Arrival) => this.#tell(arrival),
    };
    const rendition = new WindowRendition(record, bytes, options);
    this.#renditions.set(record.rendition, rendition);
    this.#tell({ type: 'init', rendition: record.rendition, epoch: record.epoch, bytes });
  }

  #beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#anew = true;
    for (const rendition of this.#renditions.values()) rendition.abandon();
  }

  /** What lower epochs said of this and greater media sequence numbers is void; renditions that are left with nothing go. */
  #voidFrom(media: number): void {
    this.#anew = false;
    for (const rendition of this.#renditions.values()) rendition.voidFrom(media);
    this.#sort();
  }

  #end(): void {
    if (this.#ended) return;
    for (const rendition of this.#renditions.values()) rendition.close();
    this.#ended = true;
    this.#tell({ type: 'end' });
  }

  #beginProgramme(): void {
    this.#ended = false;
    for (const rendition of this.#renditions.values()) rendition.clear();
    this.#renditions.clear();
    this.#sort();
  }

  #tell(arrival: Arrival): void {
    if (arrival.type !== 'chunk') this.#version += 1;
    // A rendition appears with its first part; which ones there are changes only then, and with what their inits say.
    if (arrival.type === 'init' || (arrival.type === 'part' && arrival.part.number === 0)) this.#sort();
    for (const listener of this.#listeners) listener(arrival);
  }

  #sort(): void {
    this.#sorted = [...this.#renditions.values()]
      .filter(({ segments }) => segments.length > 0)
      .sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));
  }
}
