/** Figures as Prometheus reads them. */
import { Counter, Gauge } from 'prom-client';
import { createRegistry, type Registry } from '../metrics.ts';
import type { Figure, Value } from './figure.ts';

/** Milliseconds that one figure may take: a disk that hangs is to hide no other figure. */
const patience = 1000;

export function registryOf(figures: readonly Figure[]): Registry {
  const registry = createRegistry();
  for (const figure of figures) {
    const { name, help, labels = [] } = figure;
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (figure.kind === 'counter')
      new Counter({
        ...common,
        async collect() {
          show(this, await soon(figure), (of, number) => this.inc(of, number));
        },
      });
    else
      new Gauge({
        ...common,
        async collect() {
          show(this, await soon(figure), (of, number) => this.set(of, number));
        },
      });
  }
  return registry;
}

type Labels = Readonly<Record<string, string>>;

/** In the place of what was shown before. */
function show(metric: Counter | Gauge, value: Value, put: (of: Labels, number: number) => void): void {
  metric.reset();
  const samples = typeof value === 'number' ? [[{}, value] as const] : (value ?? []);
  // One that is no number would be thrown, and hide all others.
  const shown = samples.filter(([, number]) => Number.isFinite(number));
  for (const [of, number] of shown) put(of, number);
  // Without a value there is no sample: 0 would be one. What has labels has none of itself.
  if (shown.length === 0 && isAlone(metric)) metric.remove();
}

function isAlone(metric: Counter | Gauge): boolean {
  return (metric as unknown as { readonly labelNames: readonly string[] }).labelNames.length === 0;
}

async function soon({ value }: Figure): Promise<Value> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), patience);
  try {
    return await Promise.race([value(), late.promise]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
