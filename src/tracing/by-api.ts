/** Tracing by the standard API of OpenTelemetry, whose SDK the user has brought. */
import type * as Api from '@opentelemetry/api';
import { importOptional, needsPackage } from '../optional-package.ts';
import type { Beginning, Span, SpanKind, Tracing } from './span.ts';

/** Milliseconds that a run waits in the end for its traces to be taken. */
const patience = 3000;

/** Undefined, with a warning, where the API is not installed beside Sluice. */
export async function tracingByApi(warn: (message: string) => void): Promise<Tracing | undefined> {
  try {
    const api = (await importOptional('@opentelemetry/api')) as typeof Api;
    return new ApiTracing(api);
  } catch {
    warn(needsPackage('tracing', '@opentelemetry/api'));
    return undefined;
  }
}

class ApiTracing implements Tracing {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;

  constructor(api: typeof Api) {
    this.#api = api;
    this.#tracer = api.trace.getTracer('sluice');
  }

  begin({ name, kind = 'internal', attributes, from, parent }: Beginning): Span | undefined {
    const { trace, ROOT_CONTEXT } = this.#api;
    const above = contextOf(parent);
    const context = above === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, above);
    const options = {
      kind: this.#kind(kind),
      attributes,
      ...(from === undefined ? {} : { startTime: from }),
    };
    const span = this.#tracer.startSpan(name, options, context);
    return span.isRecording() ? this.#wrapped(span, from) : undefined;
  }

  async flush(): Promise<void> {
    const proxy = this.#api.trace.getTracerProvider() as { getDelegate?: () => unknown };
    const provider = (proxy.getDelegate?.() ?? proxy) as { forceFlush?: () => Promise<void> };
    const late = new Promise<void>((resolve) => void setTimeout(resolve, patience).unref());
    // A collector that is away is no fault of the work.
    await Promise.race([provider.forceFlush?.().catch(() => {}), late]);
  }

  /** `from`: when it was said to begin. By what clock it ends then is ours to say. */
  #wrapped(span: Api.Span, from?: number): Span {
    const { trace, ROOT_CONTEXT, SpanStatusCode } = this.#api;
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent:
        (traceFlags & 1) === 1
          ? `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
          : undefined,
      child: (name, kind = 'internal', from = Date.now()) => {
        const options = { kind: this.#kind(kind), startTime: from };
        const child = this.#tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, span));
        return this.#wrapped(child, from);
      },
      set: (attributes) => void span.setAttributes(attributes),
      end(fault, at) {
        if (fault !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: fault });
        // The clock may have been set back meanwhile.
        span.end(from === undefined ? at : Math.max(from, at ?? Date.now()));
      },
    };
  }

  #kind(kind: SpanKind): Api.SpanKind {
    const { INTERNAL, PRODUCER, CONSUMER } = this.#api.SpanKind;
    return { internal: INTERNAL, producer: PRODUCER, consumer: CONSUMER }[kind];
  }
}

/** What a `traceparent` says (W3C Trace Context, 3.2); undefined: it is none. */
function contextOf(text: string | undefined): Api.SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text ?? '') ?? [];
  if (traceId === '' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
