/**
 * Traces of what is moved, for whoever has brought an SDK of OpenTelemetry. Until one is found nothing is begun: `begin` is undefined, and a look at that is all that it
 * costs.
 */

import type { Tracing } from './span.ts';

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
