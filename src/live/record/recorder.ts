/** From steps to files: what a recording does with each. */
import { FormatError } from '../../errors.ts';
import type { PartRecord } from '../../records/live-record.ts';
import type { Step } from '../play/continuity.ts';
import { cutMessage } from '../play/play.ts';
import { ClipFile, nextPath } from './clip-file.ts';
import type { RecordEvent, RecordedFile, RecordSummary } from './options.ts';
import { WholeParts } from './whole-parts.ts';

export interface RecorderOptions {
  readonly stream: string;
  readonly out: string;
  readonly force: boolean;
  readonly onEvent: (event: RecordEvent) => void;
}

/** Milliseconds between two events of progress. */
const tellEvery = 1000;

type Begin = Extract<Step, { type: 'begin' }>;
type Chunk = Extract<Step, { type: 'chunk' }>;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #parts = new WholeParts();
  readonly #files: RecordedFile[] = [];
  #file: ClipFile | undefined;
  /** A run begins with the next part, wherever it is in its segment. */
  #begins = false;
  #gaps = 0;
  #told = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** To be called with all steps, in their order. Throws what {@link ClipFile} throws. */
  async take(step: Step): Promise<void> {
    for (const whole of this.#parts.push(step)) await this.#takeWhole(whole);
  }

  /** Finishes the file that grows. To be called once, whatever happened before. */
  async finish(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    const finished = await file.finish();
    this.#files.push(finished);
    this.#options.onEvent({ type: 'file', ...finished });
  }

  summary(interrupted: boolean): RecordSummary {
    const sum = { segments: 0, seconds: 0, bytes: 0 };
    for (const { segments, seconds, bytes } of this.#files) {
      sum.segments += segments;
      sum.seconds += seconds;
      sum.bytes += bytes;
    }
    const { stream } = this.#options;
    return { stream, files: this.#files, ...sum, gaps: this.#gaps, interrupted };
  }

  async #takeWhole(step: Step): Promise<void> {
    if (step.type === 'begin') await this.#begin(step);
    else if (step.type === 'chunk') await this.#append(step);
    else if (step.type === 'gap') {
      const { media, duration, timescale } = step.record;
      this.#gaps += 1;
      this.#options.onEvent({ type: 'gap', media, duration: duration / timescale });
    }
  }

  async #begin({ init, record, lost }: Begin): Promise<void> {
    const { stream, out, force, onEvent } = this.#options;
    const { epoch, media } = record;
    this.#begins = true;
    if (this.#file === undefined) {
      this.#file = await ClipFile.create(out, init, force);
      this.#tellStart(record);
      return;
    }
    const changed = !this.#file.film.suits(init);
    if (changed) {
      await this.finish();
      const path = await nextPath(out, this.#files.length + 1, force);
      this.#file = await ClipFile.create(path, init, force);
    } else this.#file.film.timeline.cut();
    const where = changed ? `, in ${this.#file.path}` : '';
    const message = cutMessage(stream, changed, lost) + where;
    onEvent({ type: 'cut', epoch, media, changed, message });
  }

  #tellStart({ rendition, epoch, media, captured }: PartRecord): void {
    const { stream, out: path, onEvent } = this.#options;
    onEvent({ type: 'started', stream, rendition, epoch, media, captured: captured / 1000, path });
  }

  async #append({ record, bytes, offset }: Chunk): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    if (record.part === 0 || this.#begins) file.beginSegment();
    this.#begins = false;
    try {
      await file.append(bytes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const message = `record ${offset} was passed over: ${error.message}`;
      this.#options.onEvent({ type: 'warning', message });
    }
    this.#tellProgress(file);
  }

  #tellProgress(file: ClipFile): void {
    if (performance.now() - this.#told < tellEvery) return;
    this.#told = performance.now();
    const { segments, seconds, bytes } = this.summary(false);
    this.#options.onEvent({
      type: 'progress',
      segments: segments + file.segments,
      seconds: seconds + file.seconds,
      bytes: bytes + file.bytes,
    });
  }
}
