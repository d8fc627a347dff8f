/**
 * What delivery is made of, by interfaces: a stream as it stands in memory (`LiveStream`), what Kafka still holds of it
 * (`Archive`), and the two together (`Streams`). Playlists are pure functions of these; HTTP only asks them. All of it derives
 * from records alone, so that every server of a topic gives the same bytes for the same request.
 */
import type { IndexedSegment } from '../records/live-index.ts';
import type { RenditionFacts, Targets } from '../records/live-record.ts';

/** A complete part of one rendition. Its bytes are one Buffer, shared by all responses and never written to. */
export interface Part {
  /** Its number in its segment, and in its epoch: the name of its URL is made of the latter. */
  readonly number: number;
  readonly ordinal: number;
  /** It begins with a keyframe. */
  readonly independent: boolean;
  /** In ticks of the segment's timescale. */
  readonly time: number;
  readonly duration: number;
  readonly bytes: Buffer;
}

/** A segment of one rendition in the window: closed, or the one that grows. */
export interface Segment {
  readonly epoch: number;
  /** The media sequence number. */
  readonly media: number;
  /** Ordinal of its first part. */
  readonly ordinal: number;
  /** It follows a discontinuity. */
  readonly discontinuity: boolean;
  /** Discontinuities since the stream began, its own included. */
  readonly discontinuities: number;
  /** It never came, and never will: no bytes. */
  readonly gap: boolean;
  /** No part will be added any more. */
  readonly closed: boolean;
  readonly timescale: number;
  /** Decode time of its first picture, in ticks. */
  readonly time: number;
  /** Of all its parts so far (of a gap: as recorded), in ticks. */
  readonly duration: number;
  /** When its first picture was taken: microseconds since the epoch of Unix. */
  readonly captured: number;
  readonly parts: readonly Part[];
}

/** What will come next: the answer to "which part has to be hinted". */
export interface Edge {
  readonly epoch: number;
  /** The segment that the next part belongs to if the open one goes on, and the part's number in it. */
  readonly media: number;
  readonly part: number;
  /** The next part's number in its epoch: known even where it is not known whether it begins a segment. */
  readonly ordinal: number;
}

/** A rendition in the window. */
export interface Rendition {
  readonly name: string;
  /** Of its newest init. */
  readonly facts: RenditionFacts;
  /** By epoch, of those epochs that the window has segments of, and of the newest. */
  readonly inits: ReadonlyMap<number, Buffer>;
  /** Oldest first; the last one may be open. */
  readonly segments: readonly Segment[];
  readonly edge: Edge;
}

/** Something that has just come of a stream. Everything is in the stream's state already when it is told. */
export type Arrival =
  /** Some bytes of a part, of one `moof` and `mdat` at least: for those who cannot wait for the whole part. */
  | {
      readonly type: 'chunk';
      readonly rendition: string;
      readonly epoch: number;
      readonly media: number;
      readonly part: number;
      readonly chunk: number;
      readonly keyframe: boolean;
      readonly bytes: Buffer;
    }
  /** A part is complete: playlists have changed. */
  | { readonly type: 'part'; readonly rendition: string; readonly segment: Segment; readonly part: Part }
  /** A segment is closed by what came behind it, or a gap was recorded: playlists have changed. */
  | { readonly type: 'segment'; readonly rendition: string; readonly segment: Segment }
  /** A rendition is new, or its encoder began anew: another init, maybe other facts. */
  | { readonly type: 'init'; readonly rendition: string; readonly epoch: number; readonly bytes: Buffer }
  | { readonly type: 'end' };

/** A stream as this server holds it: the window of its newest parts. */
export interface LiveStream {
  readonly name: string;
  /** Grows with every change that a playlist may show: what was rendered for one version holds for all of it. */
  readonly version: number;
  readonly targets: Targets;
  /** By falling bandwidth, then by name. Never empty: a stream is told of when its first init and part are there. */
  readonly renditions: readonly Rendition[];
  /** Of the newest record: what a lower one has begun will not go on. */
  readonly epoch: number;
  /** The programme is over: no part will come, until a publisher begins another programme. */
  readonly ended: boolean;
  /** When the newest part came to this server: milliseconds since the epoch of Unix. Not for what must be the same everywhere. */
  readonly arrivedAt: number;
  rendition(name: string): Rendition | undefined;
  /** Called at each arrival, in order, within the turn in which it came. Returns what ends the listening. */
  listen(listener: (arrival: Arrival) => void): () => void;
}

/** What stands on Kafka behind the window. */
export interface Archive {
  /**
   * Closed segments of the stream's present programme that Kafka still holds, oldest first, those in the window included; the same
   * array until something has changed.
   */
  segments(stream: string): readonly IndexedSegment[];
  /**
   * A segment's bytes, in buffers in their order; undefined when it is not, or no longer, there. Reads Kafka through a bounded
   * cache; several who ask for the same at once cause one reading.
   */
  bytes(
    stream: string,
    rendition: string,
    epoch: number,
    media: number,
    signal?: AbortSignal,
  ): Promise<readonly Buffer[] | undefined>;
  /** The init of a rendition in an epoch. */
  init(stream: string, rendition: string, epoch: number, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** The facts of a stream's renditions as of its newest epoch, for streams that are over and have no window. */
  renditions(
    stream: string,
    signal?: AbortSignal,
  ): Promise<readonly { readonly name: string; readonly facts: RenditionFacts; readonly targets: Targets }[]>;
}

/** Everything that a topic has to deliver, as HTTP asks for it. */
export interface Streams {
  readonly archive: Archive;
  /** Streams that have, or had, something to show; by name. */
  list(): readonly StreamSummary[];
  /** The window of a stream; undefined when there is none (it never was, is forgotten, or ended before this server began). */
  live(name: string): LiveStream | undefined;
  /** Called when a stream comes, ends or goes. Returns what ends the listening. */
  listen(listener: () => void): () => void;
}

/** A line of `/api/streams`. */
export interface StreamSummary {
  readonly name: string;
  /** `live`: parts come, or a publisher is expected to go on; `ended`: to be watched from the archive. */
  readonly state: 'live' | 'ended';
  /** When the programme began: milliseconds since the epoch of Unix. */
  readonly began: number;
}
