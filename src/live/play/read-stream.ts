/** Reads one rendition of a stream from Kafka, from a place on, as steps that can be played. */
import { ConfigurationError, FormatError } from '../../errors.ts';
import { type FetchedBatch, type Kafka, KafkaError } from '../../kafka/contract.ts';
import { decodeLiveRecord } from '../../records/live-record.ts';
import type { StandingClaim } from '../publish/claim.ts';
import { Admission } from '../read/admission.ts';
import { clocksDiffer, findSegment } from '../read/segment-place.ts';
import { Continuity, Holes, type Step } from './continuity.ts';
import { findStream } from './find-stream.ts';
import { NewestKeyframe } from './newest-keyframe.ts';
import type { LivePlace, LiveReadOptions, ReadingEvent } from './options.ts';
import { readIndex } from './read-index.ts';
import { SegmentList } from './segment-list.ts';
import { type Received, Selection } from './selection.ts';
import { Silence } from './silence.ts';
import { endsClip, findSpan, membership, type Span } from './span.ts';

export interface StreamReading extends LiveReadOptions {
  readonly topic: string;
  readonly once: boolean;
  /** Default: what is newest. */
  readonly from?: LivePlace;
  /** Milliseconds since the epoch of Unix; the first segment that begins then or later is left out. Default: the programme's end. */
  readonly to?: number;
  /** Whoever begins with what is newest begins with a segment, not with a keyframe within one. */
  readonly atSegments: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ReadingEvent) => void;
}

/** Milliseconds without a record of the stream that are worth a word. */
const silent = 10_000;
const bufferBytes = 16 * 1024 * 1024;

/**
 * Yields what is to be played, each chunk's bytes the receiver's own. Ends at `to`, with the programme, or by the signal; with `once`
 * throws ConfigurationError where there is nothing to read.
 */
export async function* readStream(kafka: Kafka, options: StreamReading): AsyncGenerator<Step> {
  try {
    yield* stepsOf(kafka, options);
  } catch (error) {
    // The client was closed by the same signal, amid a question.
    if (!options.signal.aborted || !(error instanceof KafkaError) || error.kind !== 'closed') throw error;
  }
}

async function* stepsOf(kafka: Kafka, options: StreamReading): AsyncGenerator<Step> {
  const { stream, signal, from, to, once, onEvent } = options;
  const mayHaveEnded = from !== undefined && !isFuture(from);
  const claim = await findStream({ ...options, kafka, mayHaveEnded, once });
  if (claim === undefined) return;
  const span = await spanOf(kafka, options, claim);
  if (span === undefined) return;
  if (from !== undefined && to === undefined && claim.state === 'ended' && span.firstMedia === undefined) {
    throw new ConfigurationError(
      `the programme of stream "${stream}" was over by then; choose an earlier --from`,
    );
  }
  if (span.missing > claim.targets.segment) {
    const message = `what topic ${options.topic} holds of stream "${stream}" begins ${Math.round(span.missing / 1e6)} s later than asked for`;
    onEvent({ type: 'warning', message });
  }
  const pipeline = new Pipeline(options, span, claim.targets.segment);
  const silence = new Silence(silent, (isSilent) => {
    const message = isSilent
      ? `nothing has come of stream "${stream}" for ${silent / 1000} s`
      : `stream "${stream}" goes on`;
    onEvent({ type: isSilent ? 'waiting' : 'resumed', on: 'source', message });
  });
  try {
    for await (const batch of await consume(kafka, options, claim, span, pipeline)) {
      const steps = pipeline.take(batch);
      if (pipeline.heard) silence.heard();
      batch.release();
      silence.pause();
      for (const step of steps) yield step;
      silence.resume();
      if (pipeline.isOver || signal.aborted) return;
    }
  } finally {
    silence.close();
  }
}

function isFuture(from: LivePlace): boolean {
  return typeof from === 'number' && from > Date.now();
}

/** Undefined when the signal came first. */
async function spanOf(kafka: Kafka, options: StreamReading, claim: StandingClaim): Promise<Span | undefined> {
  const { topic, stream, from, to, signal } = options;
  const wished = {
    from: typeof from === 'number' ? from * 1000 : from,
    to: to === undefined ? undefined : to * 1000,
  };
  if (from === undefined && to === undefined) return findSpan(new SegmentList(), wished);
  const since = typeof from === 'number' ? from : from === 'beginning' ? claim.began : Date.now();
  const list = await readIndex({ kafka, topic, stream, partition: claim.partition, since, signal });
  return signal.aborted ? undefined : placed(kafka, options, claim.partition, findSpan(list, wished));
}

/** Offsets of the index are those of the cluster that it was written on: of a topic that was copied they say nothing, and the first segment is searched. */
async function placed(
  kafka: Kafka,
  { topic, signal }: StreamReading,
  partition: number,
  span: Span,
): Promise<Span> {
  const { segment } = span;
  if (segment === undefined || segment.first < 0) return span;
  const first = await findSegment(kafka, topic, partition, segment, signal);
  // Behind the last segment there is another one, which ends it as well.
  return first === segment.first ? span : { ...span, first: first ?? 0, next: undefined };
}

/** The batches of the stream's partition, from the first one that can matter. */
async function consume(
  kafka: Kafka,
  { topic, stream, signal, onEvent }: StreamReading,
  claim: StandingClaim,
  span: Span,
  pipeline: Pipeline,
): Promise<AsyncIterable<FetchedBatch>> {
  const { partition } = claim;
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  const earliest = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
  const first = Math.max(span.first ?? (await newestOf(kafka, topic, claim, end)), earliest);
  pipeline.catchUpTo(end, first);
  return kafka.consumer({
    topic,
    from: new Map([[partition, Math.min(first, end)]]),
    ...(span.next === undefined ? {} : { until: new Map([[partition, Math.max(first, span.next)]]) }),
    bufferBytes,
    signal,
    onGap: ({ unreadable }) => {
      const message =
        unreadable === undefined
          ? `retention has removed records of stream "${stream}" before they were read`
          : `records that somebody has written so that they cannot be read were passed over: ${unreadable}`;
      onEvent({ type: 'warning', message });
    },
    onCut: ({ at, until }) => {
      const message = `topic ${topic}, partition ${partition}, was cut at offset ${at} (an unclean election, or a broker put back from a backup): what it held up to ${until - 1} of stream "${stream}" may be missing`;
      onEvent({ type: 'warning', message });
    },
  });
}

/**
 * Where to begin for what is newest. The claim's offset is of the cluster that it was written on: on a copy it may be behind the end, or far before what is new. Nothing
 * that stands long before the claim is.
 */
async function newestOf(
  kafka: Kafka,
  topic: string,
  { partition, offset, written, targets }: StandingClaim,
  end: number,
): Promise<number> {
  const time = Math.max(0, Math.floor(written - clocksDiffer - (2 * targets.segment) / 1000));
  const byTime = (await kafka.offsets(topic, { time })).get(partition) ?? end;
  return offset > end ? byTime : Math.max(offset, byTime);
}

/** From batches to steps. */
class Pipeline {
  readonly #stream: string;
  readonly #span: Span;
  readonly #target: number;
  readonly #admission = new Admission();
  readonly #holes = new Holes();
  readonly #selection: Selection;
  readonly #newest: NewestKeyframe;
  readonly #continuity = new Continuity();
  #end = 0;
  #hasBegun = false;
  /** Nothing belongs to it any more. */
  isOver = false;
  /** The last batch had records of the stream. */
  heard = false;

  constructor({ stream, rendition, from, atSegments }: StreamReading, span: Span, target: number) {
    this.#stream = stream;
    this.#span = span;
    this.#target = target;
    this.#selection = new Selection(rendition);
    this.#newest = new NewestKeyframe(atSegments);
    // Whoever asks for a time gets everything from there on.
    if (from !== undefined) this.#newest.open();
    this.#admission.admits({ stream, epoch: span.epoch, sequence: -1 });
  }

  /** What stands before `end` is not new; reading begins at `first`. */
  catchUpTo(end: number, first: number): void {
    this.#end = end;
    if (first >= end) this.#newest.open();
  }

  take(batch: FetchedBatch): readonly Step[] {
    this.heard = false;
    const steps: Step[] = [];
    for (const record of batch.records) {
      const received = this.#admit(record);
      if (received === undefined) continue;
      this.heard = true;
      for (const mine of this.#selection.push(received)) this.#pass(this.#newest.push(mine), steps);
    }
    if (batch.nextOffset >= this.#end) this.#pass(this.#newest.open(), steps);
    return steps;
  }

  /** With its own memory: a view would keep the whole frame. Undefined: it does not count. */
  #admit(consumed: FetchedBatch['records'][number]): Received | undefined {
    if (consumed.key === null || Buffer.from(consumed.key).toString() !== this.#stream) return undefined;
    try {
      const record = decodeLiveRecord(consumed);
      if (record?.stream !== this.#stream || !this.#admission.admits(record)) return undefined;
      const bytes = Buffer.from(consumed.value ?? []);
      return { record, bytes, offset: consumed.offset, holes: this.#holes.countAt(record) };
    } catch (error) {
      // Not what the format says: what is missing is noticed behind it.
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }

  #pass(all: readonly Received[], steps: Step[]): void {
    for (const received of all) {
      const { record } = received;
      const place = membership(this.#span, record, this.#target);
      if (place === 'behind') this.isOver = true;
      if (this.isOver) return;
      if (place === 'before') continue;
      // The end of an earlier programme, which a successor wrote.
      if (record.kind === 'end' && !this.#hasBegun) continue;
      if (record.kind === 'part') this.#hasBegun = true;
      steps.push(...this.#continuity.push(received));
      if (record.kind === 'end' && endsClip(this.#span, record)) this.isOver = true;
    }
  }
}
