/**
 * One run of an exporter: what the index has next goes to the place, media first, then its line in the journal, then the texts that name it. At
 * any moment the place is whole, and whoever comes next goes on behind what stands (ADR 279, 280).
 */
import { ConfigurationError, IncompleteError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { findStream } from '../../live/play/find-stream.ts';
import type { StandingClaim } from '../../live/publish/claim.ts';
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexedEnd } from '../../records/live-index.ts';
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { Backlog, sizeOf } from './backlog.ts';
import { firstWanted } from './beginning.ts';
import type { NewSegment } from './catalogue.ts';
import { clearForgotten, forget } from './forgetting.ts';
import { newHead } from './head.ts';
import { Journal, OutpacedError } from './journal.ts';
import { MediaOut } from './media-out.ts';
import type { ExportEvent, ExportFromOptions, ExportSummary } from './options.ts';
import { Outlet } from './outlet.ts';
import { readEntries } from './read-entries.ts';
import { type Next, Succession } from './succession.ts';
import { putTrackInits } from './track-inits.ts';

export interface RunOptions extends Pick<ExportFromOptions, 'stream' | 'from' | 'window'> {
  readonly topic: string;
  readonly forget: boolean;
  readonly once: boolean;
  readonly store: PlainStore;
  readonly patiently: Patiently;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ExportEvent) => void;
  /** Segments of a block of the journal, and at most of what goes out at once. For tests. */
  readonly blockSize?: number;
  readonly batch?: number;
}

/** Behind a pause there may be thousands: so much is under way at a time. */
const limits = { count: 16, bytes: 64 * 1024 * 1024 };
/** Segments whose media are under way at a time. */
const atOnce = 4;

/** Throws what keeps it from going on; behind the signal it only ends. */
export async function runExport(kafka: Kafka, options: RunOptions): Promise<ExportSummary> {
  const { stream, window, forget: forgets, store, patiently, signal, blockSize } = options;
  const wished = { stream, window, forget: forgets };
  let run: ExportRun | undefined;
  const size = blockSize === undefined ? {} : { blockSize };
  for (let isDone = false; !isDone; ) {
    try {
      const journal = await Journal.open({ store, patiently, wished, ...size });
      run = new ExportRun(kafka, options, journal);
      await run.begin();
      while (!signal.aborted && !(await run.follow()));
      if (journal.catalogue.end !== undefined) await run.finish();
      isDone = true;
    } catch (error) {
      isDone = signal.aborted;
      if (!isDone && !(error instanceof OutpacedError)) throw error;
    }
  }
  const nothing = { segments: 0, gaps: 0, seconds: 0, bytes: 0, over: false };
  const summary = run?.summary() ?? { stream, place: store.place.url, ...nothing };
  return { ...summary, interrupted: signal.aborted && !summary.over };
}

class ExportRun {
  readonly #kafka: Kafka;
  readonly #options: RunOptions;
  readonly #journal: Journal;
  #outlet: Outlet | undefined;
  /** A programme that is over, and of which the topic has nothing any more: where its claim stands, and with which segment the next may begin. */
  #gone: { readonly claim: number; readonly next: number } | undefined;

  constructor(kafka: Kafka, options: RunOptions, journal: Journal) {
    this.#kafka = kafka;
    this.#options = options;
    this.#journal = journal;
  }

  /** What a run before was killed over is made up for. */
  async begin(): Promise<void> {
    const { stream, store, onEvent } = this.#options;
    const { segments, last } = this.#journal.catalogue;
    const place = store.place.url;
    const there = last === undefined ? 'nothing stands there yet' : `going on behind segment ${last.media}`;
    const message = `exporting stream "${stream}" to ${place}; ${there}`;
    onEvent({ type: 'started', stream, place, segments: segments.length, media: last?.media, message });
    await this.#tellOfConditions();
    await clearForgotten({ ...this.#options, journal: this.#journal });
    if (this.#journal.isClosed) await this.#putTrackInits();
    if (last !== undefined) await this.#publish();
  }

  async #tellOfConditions(): Promise<void> {
    const { store, onEvent } = this.#options;
    if (this.#journal.head === undefined || (await this.#journal.keepsConditions())) return;
    const message = `${store.place.url} cannot compare and replace at once: let no second exporter write there`;
    onEvent({ type: 'warning', message });
  }

  /** True: the programme is over, or the signal came. False: others have come elsewhere, and reading is to begin behind that. */
  async follow(): Promise<boolean> {
    const { stream, topic, signal, store, patiently, batch = limits.count } = this.#options;
    const { catalogue } = this.#journal;
    if (catalogue.end !== undefined) return true;
    const kafka = this.#kafka;
    const claim = await this.#findStream();
    if (claim === undefined) return true;
    const { partition, targets } = claim;
    const { head = newHead(this.#options, targets) } = this.#journal;
    if (head.targets.segment !== targets.segment)
      throw new ConfigurationError(
        `stream "${stream}" has segments of ${targets.segment / 1e6} s, and ${store.place.url} was begun with ${head.targets.segment / 1e6} s: export it to another place`,
      );
    const media = new MediaOut({ kafka, topic, partition, store, patiently, signal });
    const backlog = new Backlog();
    const over = new AbortController();
    const reading = this.#read(backlog, claim, AbortSignal.any([signal, over.signal]));
    try {
      for (;;) {
        const isFirst = catalogue.last === undefined;
        const items = await backlog.take({ ...limits, count: isFirst ? 1 : batch });
        const [next] = items;
        if (next === undefined) return true;
        if (isFirst && next.kind === 'end') {
          this.#pass(claim, next.end);
          return false;
        }
        if (isFirst) {
          // No list begins with what nobody can play.
          if (next.kind === 'segment' && !(await media.has(next.segment))) continue;
          await this.#journal.begin(head);
          await this.#tellOfConditions();
        }
        if (!(await this.#export(items, media))) return false;
        if (catalogue.end !== undefined) return true;
      }
    } finally {
      over.abort();
      backlog.close();
      await reading;
    }
  }

  async #findStream(): Promise<StandingClaim | undefined> {
    const { stream, topic, once, signal, onEvent } = this.#options;
    const common = { kafka: this.#kafka, topic, stream, once, signal, onEvent };
    return findStream({ ...common, mayHaveEnded: true, after: this.#gone?.claim });
  }

  /** The programme is over before anything of it was listed. */
  #pass(claim: StandingClaim, end: IndexedEnd): void {
    const { stream, topic, once } = this.#options;
    if (once)
      throw new IncompleteError(
        `the programme of stream "${stream}" is over, and topic ${topic} holds nothing of it any more: there is nothing to export`,
      );
    this.#gone = { claim: claim.at, next: end.media };
  }

  /** Everything says that nothing follows. */
  async finish(): Promise<void> {
    await this.#publish();
    // What is left hangs on the whole list, not on when somebody came to it.
    await forget({ ...this.#options, journal: this.#journal });
    // Before anybody may call it closed: the manifest that does names them.
    await this.#putTrackInits();
    await this.#journal.changeHead((head) => (head.closed ? undefined : { ...head, closed: true }));
    await this.#publish();
  }

  summary(): Omit<ExportSummary, 'interrupted'> {
    const { stream, store } = this.#options;
    const { segments, end } = this.#journal.catalogue;
    const sum = { gaps: 0, seconds: 0, bytes: 0 };
    for (const { gap, duration, timescale, sizes } of segments) {
      if (gap) sum.gaps += 1;
      sum.seconds += duration / timescale;
      for (const size of Object.values(sizes)) sum.bytes += size;
    }
    return { stream, place: store.place.url, segments: segments.length, ...sum, over: end !== undefined };
  }

  /** Never rejects: whoever takes from the backlog is told. */
  async #read(
    backlog: Backlog,
    { partition, state, targets }: StreamClaim,
    signal: AbortSignal,
  ): Promise<void> {
    const { stream, topic, from, window } = this.#options;
    const { last } = this.#journal.catalogue;
    const target = targets.segment;
    let succession: Succession | undefined;
    try {
      for await (const entries of readEntries({ kafka: this.#kafka, topic, partition, stream, signal })) {
        const listed = window === undefined ? undefined : window * 1000;
        const begin = { entries, isLive: state === 'live', from, window: listed, target };
        const firstMedia = Math.max(firstWanted(begin), this.#gone?.next ?? 0);
        succession ??= new Succession({ stream, target, firstMedia }, last);
        const { push } = succession;
        await backlog.add(entries.flatMap(push));
      }
      backlog.close();
    } catch (error) {
      backlog.close(error);
    }
  }

  /** False: it does not go on where others have come to. */
  async #export(items: readonly Next[], media: MediaOut): Promise<boolean> {
    const news: NewSegment[] = [];
    const segments = items.filter((item) => item.kind === 'segment');
    const end = items.find((item) => item.kind === 'end');
    for (let at = 0; at < segments.length; at += atOnce)
      news.push(
        ...(await Promise.all(segments.slice(at, at + atOnce).map(({ segment }) => media.put(segment)))),
      );
    const goesOn = await this.#journal.append(news, end?.end);
    await this.#publish();
    for (const [index, item] of segments.entries()) this.#tell(news[index]!, sizeOf(item));
    await forget({ ...this.#options, journal: this.#journal });
    return goesOn;
  }

  async #publish(): Promise<void> {
    const { store, patiently } = this.#options;
    const { head } = this.#journal;
    if (head === undefined) return;
    this.#outlet ??= new Outlet({ store, patiently, journal: this.#journal, choice: head });
    await this.#outlet.publish();
  }

  #putTrackInits(): Promise<void> {
    const { store, patiently } = this.#options;
    return putTrackInits({ store, patiently, catalogue: this.#journal.catalogue });
  }

  #tell({ segment }: NewSegment, bytes: number): void {
    const { epoch, media, gap, timescale, captured } = segment;
    const duration = segment.duration / timescale;
    const delay = Math.round(Date.now() - captured / 1000 - duration * 1000) / 1000;
    if (gap) this.#options.onEvent({ type: 'gap', media, duration });
    else this.#options.onEvent({ type: 'segment', epoch, media, duration, bytes, delay });
  }
}
