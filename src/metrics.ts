/** Figures for Prometheus. Each server has a registry of its own, so that several may live in one process. */
import { collectDefaultMetrics, Registry } from 'prom-client';

export type { Registry } from 'prom-client';

/** Memory, processor, event loop. What watches them cannot be taken back, and would keep a registry, with all that it tells of, for ever. */
let ofProcess: Registry | undefined;

/** A registry without figures; from now on those of the process are collected. */
export function createRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return new Registry();
}

/** The figures of the process and of a registry, as Prometheus reads them. */
export async function metricsText(registry: Registry): Promise<string> {
  const texts = await Promise.all([ofProcess, registry].map((one) => one?.metrics() ?? ''));
  return texts.join('\n');
}
