/** The frame of every run: its progress, its progress events, and its end in good order when the user's signal comes. */
import { type Kafka, KafkaError } from '../../kafka/contract.ts';
import { openTracing } from '../../tracing/trace.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import type { ProgressEvent, WarningEvent } from '../shared/events.ts';
import type { RunSummary } from '../shared/options.ts';
import { Progress, reportProgress } from '../shared/progress.ts';

/** Milliseconds that a stopped run waits for what it began. */
const grace = 10_000;
/** The same of one that has begun nothing: it is still on its way to the cluster. */
const graceBefore = 1000;

export interface StoppableOptions {
  /** Closed only when a stopped run cannot end otherwise: the cluster is away. */
  readonly kafka: Kafka;
  readonly signal?: AbortSignal;
  readonly onEvent: (event: ProgressEvent | WarningEvent) => void;
}

/** What `work` gets: `stop` is aborted by the user's signal, and by itself when it fails. */
export interface StoppableRun {
  readonly stop: AbortController;
  readonly progress: Progress;
  /** Begins to report progress: after the event that says that the run has started. */
  readonly report: () => void;
}

export async function runStoppable(
  { kafka, signal, onEvent }: StoppableOptions,
  work: (run: StoppableRun) => Promise<void>,
): Promise<RunSummary> {
  const traces = await openTracing((message) => onEvent({ type: 'warning', message }));
  const stop = new AbortController();
  let hasBegun = false;
  let forced: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    stop.abort();
    forced = setTimeout(() => void kafka.close(), hasBegun ? grace : graceBefore).unref();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const progress = new Progress();
  let endProgress = (): void => {};
  const report = (): void => {
    hasBegun = true;
    endProgress = reportProgress(progress, onEvent);
  };
  try {
    await work({ stop, progress, report });
  } catch (error) {
    // The user stopped the run while the cluster or the disk was away: that is an end, not a failure.
    const cutOff = error instanceof StoppedError || (error instanceof KafkaError && error.kind === 'closed');
    if (!(signal?.aborted && cutOff)) throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(forced);
    endProgress();
    await traces?.flush();
  }
  return {
    files: progress.filesDone,
    bytes: progress.bytesDone,
    unchanged: progress.filesUnchanged,
    failed: progress.filesFailed,
    records: progress.records,
    wireBytes: progress.wireBytes,
    seconds: progress.seconds,
    interrupted: signal?.aborted ?? false,
  };
}
