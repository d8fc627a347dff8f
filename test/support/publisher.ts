/** Publishers at work on a cluster in memory, fed by hand. */
import type { Kafka } from '../../src/kafka/contract.ts';
import type { MemoryCluster } from '../../src/kafka/memory.ts';
import type { PublishEvent } from '../../src/live/publish/events.ts';
import type { StreamOptions } from '../../src/live/publish/options.ts';
import { publishFrom } from '../../src/live/publish/publish-run.ts';
import type { MediaSource } from '../../src/live/publish/source.ts';
import { manualSource, partOf, standingStream } from './live-stream.ts';
import { waitFor } from './wait.ts';

const stream = 'cam';

/** A publisher of `cam` at work on a cluster in memory. */
export function begin(
  cluster: MemoryCluster,
  more: Partial<StreamOptions> = {},
  source: Partial<MediaSource> = {},
  kafka: Kafka = cluster.client(),
) {
  const manual = manualSource(source);
  const events: PublishEvent[] = [];
  const stop = new AbortController();
  const done = publishFrom(kafka, manual, {
    stream,
    leaseDuration: 300,
    signal: stop.signal,
    onEvent: (event) => events.push(event),
    ...more,
  });
  done.catch(() => {});
  const run = (number: number) => waitFor(() => manual.runs[number], { what: `run ${number}` });
  const of = <T extends PublishEvent['type']>(type: T) =>
    events.filter((event): event is Extract<PublishEvent, { type: T }> => event.type === type);
  return { source: manual, events, of, stop, kafka, done, run };
}

/** Everything of `cam` on its topics. */
export const standing = (cluster: MemoryCluster) => standingStream(cluster.client(), 'live', stream);

/** Parts of a run from one number to another. */
export function parts(from: number, to: number, renditions = ['main']) {
  return Array.from({ length: to - from }, (_, index) =>
    renditions.map((rendition) => partOf(rendition, from + index)),
  ).flat();
}
