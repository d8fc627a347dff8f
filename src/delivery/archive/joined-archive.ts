/** An archive of two parts: what Kafka holds, and before that what was exported. It is asked like any other, and hands out one list. */
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import type { RenditionFacts, Targets } from '../../records/live-record.ts';
import type { Archive } from '../contract.ts';
import { oldestOf } from '../dash/runs.ts';
import { indexOf } from '../hls/line-up.ts';
import type { KafkaArchive } from './archive.ts';
import type { FollowedPlace } from './followed-place.ts';
import { joinLists, type Proof } from './join.ts';
import type { Placed } from './placed-journal.ts';
import type { Places } from './places.ts';

/** What was made of the lists of one stream, as long as they are the same. */
interface Made {
  readonly own: readonly IndexedSegment[];
  readonly placed: Placed | undefined;
  readonly isBridged: boolean;
  readonly list: readonly IndexedSegment[];
}

class JoinedStream {
  readonly stream: string;
  began = 0;
  proof: Proof;
  generation = 0;
  made: Made | undefined;
  /** The least number that Kafka was seen to begin with, and the reading of the place that is to know of what lies before it. */
  seam: number | undefined | 'unseen' = 'unseen';
  wanted = 0;
  fault: string | undefined;

  constructor(stream: string) {
    this.stream = stream;
  }
}

export class JoinedArchive implements Archive {
  readonly #kafka: KafkaArchive;
  readonly #places: Places;
  readonly #rewind: number;
  readonly #streams = new Map<string, JoinedStream>();

  /** `rewind`: microseconds. */
  constructor(kafka: KafkaArchive, places: Places, rewind: number) {
    this.#kafka = kafka;
    this.#places = places;
    this.#rewind = rewind;
  }

  get cachedBytes(): number {
    return this.#kafka.cachedBytes + this.#places.cachedBytes;
  }

  onIndex(entry: IndexEntry): void {
    this.#kafka.onIndex(entry);
  }

  onClaim(stream: string, claim: StreamClaim | undefined): void {
    this.#kafka.onClaim(stream, claim);
    if (claim === undefined) {
      this.forget(stream);
      return;
    }
    const joined = this.#streams.get(stream) ?? new JoinedStream(stream);
    this.#streams.set(stream, joined);
    joined.began = claim.began * 1000;
    this.#places.follow(stream);
  }

  forget(stream: string): void {
    this.#kafka.forget(stream);
    this.#streams.delete(stream);
    this.#places.forget(stream);
  }

  /** When the newest segment of a stream was captured: microseconds; Infinity while it is not known what its place has. */
  newestAt(stream: string): number | undefined {
    if (this.#places.of(stream)?.done === 0) return Number.POSITIVE_INFINITY;
    return this.#kafka.newestAt(stream) ?? this.#all(stream).at(-1)?.captured;
  }

  async lookAtRetention(): Promise<void> {
    await this.#kafka.lookAtRetention();
  }

  async followRetention(): Promise<void> {
    await this.#kafka.followRetention();
  }

  segments(stream: string): readonly IndexedSegment[] {
    const all = this.#all(stream);
    return this.#places.isAway ? this.#kafka.segments(stream) : all;
  }

  async bytes(
    stream: string,
    rendition: string,
    epoch: number,
    media: number,
    signal?: AbortSignal,
  ): Promise<readonly Buffer[] | undefined> {
    const held = await this.#kafka.bytes(stream, rendition, epoch, media, signal);
    if (held !== undefined || signal?.aborted === true) return held;
    const segment = this.#find(stream, epoch, media);
    if (segment === undefined || segment.gap || !Object.hasOwn(segment.sizes, rendition)) return undefined;
    const bytes = await this.#places.segment(segment, rendition, signal);
    return bytes && [bytes];
  }

  async init(
    stream: string,
    rendition: string,
    epoch: number,
    signal?: AbortSignal,
  ): Promise<Buffer | undefined> {
    const held = await this.#kafka.init(stream, rendition, epoch, signal);
    if (held !== undefined || signal?.aborted === true) return held;
    const first = oldestOf(this.#all(stream), epoch);
    const known = this.#places.of(stream)?.placed?.epochs.get(epoch);
    if (first === undefined || known === undefined || !Object.hasOwn(known.renditions, rendition))
      return undefined;
    return this.#places.init(stream, rendition, epoch, signal);
  }

  async renditions(stream: string, signal?: AbortSignal): ReturnType<Archive['renditions']> {
    const held = await this.#kafka.renditions(stream, signal);
    const placed = this.#places.of(stream)?.placed;
    if (held.length > 0 || placed === undefined) return held;
    // There is such a stream, and its viewers are not to be told otherwise.
    if (this.#places.isAway && this.#all(stream).length > 0) throw this.#places.away();
    const newest = this.segments(stream).findLast(({ gap }) => !gap);
    const epoch = newest && placed.epochs.get(newest.epoch);
    return epoch === undefined ? [] : announced(epoch.renditions, placed.targets);
  }

  #find(stream: string, epoch: number, media: number): IndexedSegment | undefined {
    const all = this.#all(stream);
    const found = all[indexOf(all, media)];
    return found?.media === media && found.epoch === epoch ? found : undefined;
  }

  /** As if the store were never away. */
  #all(stream: string): readonly IndexedSegment[] {
    const own = this.#kafka.segments(stream);
    const place = this.#places.of(stream);
    const joined = this.#streams.get(stream);
    if (place === undefined || joined === undefined) return own;
    const { placed } = place;
    const isBridged = joined.wanted > place.done;
    const { made } = joined;
    if (made?.own === own && made.placed === placed && made.isBridged === isBridged) return made.list;
    if (joined.generation !== place.generation) joined.proof = undefined;
    joined.generation = place.generation;
    this.#lookAtSeam(place, joined, own[0]?.media);
    return this.#make(joined, place, own);
  }

  /** Where Kafka has forgotten something, the place is asked again before that is taken for lost. */
  #lookAtSeam(place: FollowedPlace, joined: JoinedStream, seam: number | undefined): void {
    if (joined.seam === seam) return;
    joined.seam = seam;
    const { placed } = place;
    const reaches = (placed?.segments.at(-1)?.media ?? -1) + 1;
    if (reaches >= (seam ?? Number.POSITIVE_INFINITY) || placed?.end !== undefined) return;
    joined.wanted = place.begun + 1;
    place.wake();
  }

  #make(
    joined: JoinedStream,
    place: FollowedPlace,
    own: readonly IndexedSegment[],
  ): readonly IndexedSegment[] {
    const { placed } = place;
    const isBridged = joined.wanted > place.done;
    const { stream, began } = joined;
    const { list, fault, proof } = joinLists({
      own,
      placed: placed?.segments ?? [],
      end: placed?.end,
      proof: joined.proof,
      began,
      rewind: this.#rewind,
      bridge: (isBridged && joined.made?.list) || [],
    });
    joined.proof = proof;
    joined.made = { own, placed, isBridged, list };
    if (fault !== undefined && fault !== joined.fault) this.#places.warn(faultText(stream, fault));
    joined.fault = fault;
    return list;
  }
}

function faultText(stream: string, fault: 'another' | 'hole'): string {
  const why =
    fault === 'another'
      ? 'is of another stream of that name, whose topic was made anew: export this one to another place, and name that'
      : 'ends too long before what the topic still has: nobody has what lies between; let the export go on sooner than the topic forgets';
  return `archive of stream "${stream}" ${why}. Viewers go back as far as the topic does`;
}

function announced(renditions: Readonly<Record<string, RenditionFacts>>, targets: Targets) {
  return Object.entries(renditions)
    .map(([name, facts]) => ({ name, facts, targets }))
    .sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));
}
