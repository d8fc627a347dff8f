/** Tells once a second how a publisher gets on. */
import type { EncoderRuns } from './encoder-runs.ts';
import type { PublishEvent } from './events.ts';
import type { StreamWriter } from './stream-writer.ts';

export interface ProgressOptions {
  readonly stream: string;
  readonly writer: StreamWriter;
  readonly runs: EncoderRuns;
  /** By the steady clock. */
  readonly began: number;
  readonly onEvent: (event: PublishEvent) => void;
}

/** Milliseconds. */
const every = 1000;
/** Over so many reports the bit rate is taken. */
const window = 5;

/** Returns what ends it: with a last report. */
export function reportProgress({ stream, writer, runs, began, onEvent }: ProgressOptions): () => void {
  const seen: { readonly at: number; readonly bytes: number }[] = [];
  const report = (): void => {
    const { parts, bytes } = writer.counts;
    const at = performance.now();
    seen.push({ at, bytes });
    if (seen.length > window + 1) seen.shift();
    const first = seen[0] ?? { at, bytes };
    const [p50, p99] = [writer.delays.quantile(0.5), writer.delays.quantile(0.99)];
    onEvent({
      type: 'progress',
      stream,
      seconds: (at - began) / 1000,
      epoch: runs.epoch,
      media: Math.max(0, runs.position.media - 1),
      parts,
      bytes,
      bitrate: at === first.at ? 0 : Math.round(((bytes - first.bytes) * 8000) / (at - first.at)),
      ...(p50 === undefined || p99 === undefined ? {} : { delay: { p50, p99 } }),
      spooled: writer.spooled,
      inFlight: writer.inFlight,
    });
  };
  const timer = setInterval(report, every);
  return () => {
    clearInterval(timer);
    report();
  };
}
