/** Where a verb that goes on is asked for its figures. */
import { figuresDefaults } from '../figures/options.ts';
import { optional, valued } from './flags.ts';
import { port, text } from './values.ts';

export const figuresFlags = {
  metricsPort: optional(
    'metrics-port',
    'PORT',
    port(),
    'the port of /metrics for Prometheus, and of /livez, /readyz and /healthz; 0: one that is free',
    'none',
  ),
  metricsHost: valued(
    'metrics-host',
    'HOST',
    text,
    figuresDefaults.metricsHost as string,
    figuresDefaults.metricsHost,
    'what to listen on for these',
  ),
} as const;
