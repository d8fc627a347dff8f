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
          const value = await soon(figure);
          this.reset();
          for (const [of, number] of labelled(value)) this.inc(of, number);
          // Without a value there is no sample: 0 would be one.
          if (value === undefined) this.remove();
        },
      });
    else
      new Gauge({
        ...common,
        async collect() {
          const value = await soon(figure);
          this.reset();
          for (const [of, number] of labelled(value)) this.set(of, number);
          if (value === undefined) this.remove();
        },
      });
  }
  return registry;
}

function labelled(value: Value): readonly (readonly [Readonly<Record<string, string>>, number])[] {
  if (value === undefined) return [];
  return typeof value === 'number' ? [[{}, value]] : value;
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
