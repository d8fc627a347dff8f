/**
 * One sender's encoder at work. What it makes is given out as it comes while the sender is on the air, and held back while it stands by: then it can go on from a keyframe
 * within a moment, for nothing has to be started.
 */
import { EventQueue } from '../../encode/event-queue.ts';
import type { MediaChunk, MediaEvent, MediaInit } from '../../media.ts';
import { withSoundFrom } from '../../mp4/sound-from.ts';
import { CaptureClock } from '../../publish/capture-clock.ts';
import { HeldChunks } from './held-chunks.ts';
import { Pace } from './pace.ts';

export interface SenderRunOptions {
  /** One run of an encoder, which ends soon after the signal. */
  readonly events: (signal: AbortSignal) => AsyncIterable<MediaEvent>;
  /** The first rendition. */
  readonly lead: string;
  /** Milliseconds that a part lasts, and a segment. */
  readonly part: number;
  readonly segment: number;
  /** Milliseconds: overdue by so much it is not well. */
  readonly most: number;
  /** Up to when what is on the air has its pictures, by when they were taken: milliseconds since the epoch. Nothing before it will be wanted. */
  readonly onAirUntil: () => number | undefined;
  /** Told while it stands by, when nobody is given its events. */
  readonly onNote: (message: string) => void;
  /** It has ended while it stood by; `failure`: its encoder could not be begun. */
  readonly onEnded: (failure?: unknown) => void;
}

/** Bytes that may wait for whoever publishes; then the encoder waits. */
const mostWaiting = 8 * 1024 * 1024;
/** Bytes that are held back, at the most. */
const mostHeld = 32 * 1024 * 1024;
/** Milliseconds by which two looks at when pictures were taken may differ. */
const slack = 1000;
/** Seconds by which sound may come later than pictures, so that it stands in a later chunk. */
const longestLead = 0.5;

export class SenderRun {
  readonly #options: SenderRunOptions;
  readonly #stop = new AbortController();
  readonly #inits = new Map<string, MediaInit>();
  readonly #held: HeldChunks;
  readonly #clock = new CaptureClock();
  readonly #pumped: Promise<void>;
  readonly pace: Pace;
  /** Seconds of media of the lead: where its newest chunk ends. */
  #end: number | undefined;
  /** Whoever is given what comes; undefined: it stands by. */
  #queue: EventQueue<MediaEvent> | undefined;
  /** Until a keyframe is there that is behind what others were given. `reached`: seconds of media that there were when it was first looked for. */
  #seek: { readonly behind: number | undefined; readonly reached: number } | undefined;
  /** Seconds of media: where it has taken over. */
  #began: number | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #over: { readonly end?: MediaEvent; readonly failure?: unknown } | undefined;

  constructor(options: SenderRunOptions) {
    this.#options = options;
    this.#held = new HeldChunks(options.lead, mostHeld);
    this.pace = new Pace({ chunk: options.part, most: options.most, began: performance.now() });
    this.#pumped = this.#pump();
  }

  /** When its newest picture ends, milliseconds since the epoch; undefined before the first. */
  get capturedUntil(): number | undefined {
    return this.#end === undefined ? undefined : this.#clock.at(this.#end * 1000);
  }

  /** Its encoder has ended, and nothing of it is left. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** What is held back, in bytes. */
  get heldBytes(): number {
    return this.#held.bytes;
  }

  /**
   * Its events up to its end, or up to {@link stepBack}, from the first keyframe on that was taken at `behind` (milliseconds since the epoch; undefined: ever) or
   * later. Throws what the encoder cannot be begun with.
   */
  async *flow(behind: number | undefined): AsyncGenerator<MediaEvent> {
    const queue = new EventQueue<MediaEvent>({
      limit: mostWaiting,
      onFull: () => {
        this.#room ??= Promise.withResolvers();
      },
      onDrain: () => this.#drained(),
    });
    this.#queue = queue;
    this.#seek = { behind, reached: this.#end ?? 0 };
    this.#release();
    if (this.#over !== undefined) this.#endFlow(queue);
    try {
      yield* queue;
      if (this.#over?.failure !== undefined) throw this.#over.failure;
    } finally {
      this.#rest(queue);
    }
  }

  /** From now on it stands by: its flow ends without an end. */
  stepBack(): void {
    const queue = this.#queue;
    if (queue === undefined) return;
    this.#rest(queue);
    queue.close();
  }

  /** Tells the encoder to finish. What it gives then still comes. */
  finish(): void {
    this.#stop.abort();
  }

  /** Resolves when its encoder is gone. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#drained();
    await this.#pumped;
  }

  async #pump(): Promise<void> {
    try {
      for await (const event of this.#options.events(this.#stop.signal)) {
        this.#take(event);
        await this.#room?.promise;
      }
    } catch (failure) {
      this.#over ??= { failure };
    }
    this.#held.clear();
    if (this.#queue !== undefined) this.#endFlow(this.#queue);
    else this.#options.onEnded(this.#over?.failure);
  }

  #take(event: MediaEvent): void {
    if (event.type === 'end') {
      this.#over = { end: event };
      return;
    }
    if (event.type === 'init') this.#inits.set(event.rendition, event);
    if (event.type === 'chunk') this.#observe(event);
    if (event.type === 'note') {
      if (this.#queue === undefined) this.#options.onNote(event.message);
      else this.#queue.push(event, 0);
    } else if (this.#queue !== undefined && this.#seek === undefined)
      this.#queue.push(event.type === 'chunk' ? this.#heard(event) : event, event.bytes.length);
    else if (event.type === 'chunk') this.#hold(event);
  }

  #observe({ rendition, keyframe, readAt, ...chunk }: MediaChunk): void {
    if (rendition !== this.#options.lead) return;
    const [time, duration] = [chunk.time / chunk.timescale, chunk.duration / chunk.timescale];
    this.#clock.observe({ time: time * 1000, duration: duration * 1000, readAt });
    if (keyframe) this.#clock.startSegment(Number.POSITIVE_INFINITY);
    this.#end = time + duration;
    this.pace.push(this.#end * 1000, performance.now());
  }

  #hold(chunk: MediaChunk): void {
    this.#held.push(chunk);
    if (this.#end === undefined) return;
    const until = this.#options.onAirUntil();
    if (this.#queue === undefined && until !== undefined)
      this.#held.forgetBefore(this.#mediaTime(until - slack));
    this.#release();
  }

  /** What is held back is given out, once there is a keyframe to begin with. */
  #release(): void {
    const seek = this.#seek;
    const queue = this.#queue;
    if (seek === undefined || queue === undefined || this.#end === undefined) return;
    const chunks = this.#held.takeFrom(this.#least(seek, this.#end));
    if (chunks === undefined) return;
    this.#seek = undefined;
    const first = chunks.find(({ rendition }) => rendition === this.#options.lead);
    this.#began = first === undefined || seek.behind === undefined ? undefined : first.time / first.timescale;
    for (const init of this.#inits.values()) queue.push(init, init.bytes.length);
    for (const chunk of chunks) queue.push(this.#dated(this.#heard(chunk)), chunk.bytes.length);
  }

  /** Seconds of media that the first keyframe has at the least. Where more media have come since than can be without a keyframe, clocks must have been set: it is what has come since. */
  #least({ behind, reached }: { behind: number | undefined; reached: number }, end: number) {
    if (behind === undefined) return undefined;
    return end - reached < (this.#options.segment * 2 + 2000) / 1000 ? this.#mediaTime(behind) : reached;
  }

  /**
   * Without the sound of before its first picture, which was heard of another. Browsers take sound that goes back as a reason to leave out all pictures up to the next
   * keyframe.
   */
  #heard(chunk: MediaChunk): MediaChunk {
    const [began, init] = [this.#began, this.#inits.get(chunk.rendition)];
    if (began === undefined || init?.facts.codecs.includes(',') !== true) return chunk;
    if (chunk.time / chunk.timescale >= began + longestLead) return chunk;
    return { ...chunk, bytes: withSoundFrom(chunk.bytes, init.bytes, began) };
  }

  /** As if it had been read when it was due: whoever numbers it takes its clock from the first one, and by this clock it was found to be late enough. */
  #dated(chunk: MediaChunk): MediaChunk {
    return { ...chunk, readAt: this.#clock.at(((chunk.time + chunk.duration) / chunk.timescale) * 1000) };
  }

  /** Seconds of media of what was taken then; half a millisecond early, for times are rounded on the way. */
  #mediaTime(captured: number): number {
    return (captured - this.#clock.at(0) - 0.5) / 1000;
  }

  #endFlow(queue: EventQueue<MediaEvent>): void {
    if (this.#over?.end !== undefined) queue.push(this.#over.end, 0);
    queue.close();
  }

  #rest(queue: EventQueue<MediaEvent>): void {
    if (this.#queue !== queue) return;
    this.#queue = undefined;
    this.#seek = undefined;
    this.#drained();
  }

  #drained(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
