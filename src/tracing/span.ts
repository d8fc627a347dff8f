/** What is told of something that takes time, and to whom. */
export type Attributes = Readonly<Record<string, string | number>>;

/** Something that takes time. */
export interface Span {
  /** What a record says of it, by W3C Trace Context; undefined: nobody keeps it. */
  readonly traceparent: string | undefined;
  /** A part of it. Times are milliseconds since the epoch; default: now. */
  child(name: string, kind?: SpanKind, from?: number): Span;
  set(attributes: Attributes): void;
  /** `fault`: why it came to nothing. `at`: milliseconds since the epoch; default: now. */
  end(fault?: string, at?: number): void;
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
