/**
 * Traces of what is moved, for whoever has brought an SDK of OpenTelemetry. Until one is found nothing is begun: `begin` is undefined, and a look at that is all that it
 * costs.
 */

export type Attributes = Readonly<Record<string, string | number>>;

/** Something that takes time. */
export interface Span {
  /** What a record says of it, by W3C Trace Context; undefined: nobody keeps it. */
  readonly traceparent: string | undefined;
  /** A part of it. Times are milliseconds since the epoch; default: now. */
  child(name: string, kind?: SpanKind, from?: number): Span;
  set(attributes: Attributes): void;
  /** `fault`: why it came to nothing. */
  end(fault?: string): void;
}

/** `producer` and `consumer`: over Kafka. */
export type SpanKind = 'internal' | 'producer' | 'consumer';

export interface Beginning {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes: Attributes;
  /** Milliseconds since the epoch. Default: now. */
  readonly from?: number | undefined;
  /** Of a record: where it belongs to. What is none is ignored. */
  readonly parent?: string | undefined;
}

export interface Tracing {
  /** Undefined where the sampler keeps nothing of it. */
  begin(beginning: Beginning): Span | undefined;
  /** Hands over what is kept; waits for it a little. */
  flush(): Promise<void>;
}

let current: Tracing | undefined;

/** Who keeps traces; undefined: nobody. */
export function tracing(): Tracing | undefined {
  return current;
}

/** Where the API of OpenTelemetry keeps who was registered, of any of its versions 1. */
const registered = Symbol.for('opentelemetry.js.api.1');

/** Looks whether somebody has registered a provider of tracers; to be asked before work begins. `warn`: what is missing for that. */
export async function openTracing(warn: (message: string) => void): Promise<Tracing | undefined> {
  const known = (globalThis as { [registered]?: { readonly trace?: unknown } })[registered];
  if (known?.trace === undefined) return undefined;
  if (current === undefined) {
    const { tracingByApi } = await import('./by-api.ts');
    current = await tracingByApi(warn);
  }
  return current;
}
