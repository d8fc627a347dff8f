/** Traces of live video: a segment, from its first picture until it is acknowledged and in the index. Begun when it is through, for until then nobody knows its bounds. */
import { tracing } from './trace.ts';

/** As its entry of the index says it. */
interface Segment {
  readonly stream: string;
  readonly epoch: number;
  readonly media: number;
  /** Microseconds since the epoch of Unix. */
  readonly captured: number;
  readonly duration: number;
  readonly timescale: number;
  readonly parts: number;
  /** Bytes, by rendition. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** `acknowledged`: when the last of its records was, milliseconds since the epoch; its entry of the index is now. */
export function segmentThrough(
  topic: string,
  { stream, epoch, media, captured, duration, timescale, parts, sizes }: Segment,
  acknowledged: number,
): void {
  const from = captured / 1000;
  const span = tracing()?.begin({
    name: 'sluice segment',
    kind: 'producer',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'sluice.stream': stream,
      'sluice.epoch': epoch,
      'sluice.segment': media,
      'sluice.parts': parts,
      'sluice.size': Object.values(sizes).reduce((sum, size) => sum + size, 0),
    },
    from,
  });
  if (span === undefined) return;
  // A clock that was set, and an encoder that is ahead of it, make no span that ends before it begins.
  const recorded = from + (duration / timescale) * 1000;
  const produced = Math.max(recorded, acknowledged);
  span.child('record', 'internal', from).end(undefined, recorded);
  span.child('produce', 'producer', recorded).end(undefined, produced);
  const through = Math.max(produced, Date.now());
  span.child('index', 'producer', produced).end(undefined, through);
  span.end(undefined, through);
}
