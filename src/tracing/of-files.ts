/** Traces of files: at the uploader from the moment that one is found until it is acknowledged, at the downloader until it has its name. */
import type { Span, SpanKind } from './span.ts';
import { tracing } from './trace.ts';

interface File {
  readonly path: string;
  readonly size: number;
}

/** Traces of files that wait or are sent. */
const open = new WeakMap<object, Span>();

/** A file is to be sent, and waits for its turn: a record that says its trace is measured before it is made. */
export function fileFound(file: File, uploader: string, topic: string): void {
  const span = tracing()?.begin({
    name: 'sluice upload',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'sluice.uploader': uploader,
      'sluice.path': file.path,
      'sluice.size': file.size,
    },
  });
  if (span !== undefined) open.set(file, { ...span, turn: span.child('wait').end } as Waiting);
}

interface Waiting extends Span {
  readonly turn?: () => void;
}

/** It is its turn. */
export function fileBegins(file: object): void {
  (traceOf(file) as Waiting | undefined)?.turn?.();
}

/** The trace of a file that waits or is sent; undefined: nobody keeps it. */
export function traceOf(file: object): Span | undefined {
  return tracing() === undefined ? undefined : open.get(file);
}

/** It is acknowledged, or it is not: why. */
export function fileEnds(file: object, fault?: string): void {
  traceOf(file)?.end(fault);
  if (tracing() !== undefined) open.delete(file);
}

/** A part of the way of several files that go together; what is returned ends it. */
export function togetherIn(files: readonly object[], name: string, kind?: SpanKind): () => void {
  if (tracing() === undefined) return nothing;
  const spans = files.map((file) => traceOf(file)?.child(name, kind));
  return () => {
    for (const span of spans) span?.end();
  };
}

const nothing = (): void => {};

/** Whose bytes have come. `from`: when the first of them did, milliseconds since the epoch. */
export function fileReceived(
  { uploader, path, upload }: { readonly uploader: string; readonly path: string; readonly upload: string },
  { size, traceparent }: { readonly size: number; readonly traceparent?: string },
  topic: string,
  from?: number,
): Span | undefined {
  const span = tracing()?.begin({
    name: 'sluice download',
    kind: 'consumer',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'sluice.uploader': uploader,
      'sluice.path': path,
      'sluice.upload': upload,
      'sluice.size': size,
    },
    parent: traceparent,
    from,
  });
  if (from !== undefined) span?.child('receive', 'consumer', from).end();
  return span;
}
