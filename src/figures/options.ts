/** Where the figures of something that runs are asked for, as options of all verbs that go on. */

export interface FiguresOptions {
  /** Of `/metrics`, `/livez`, `/readyz` and `/healthz`; 0: one that is free. Default: none. */
  readonly metricsPort?: number | undefined;
  /** What to listen on for these. Default 127.0.0.1. */
  readonly metricsHost?: string | undefined;
}

export const figuresDefaults = { metricsHost: '127.0.0.1' } as const satisfies FiguresOptions;

/** Figures can be asked for at this address from now on. */
export interface FiguresEvent {
  readonly type: 'figures';
  readonly url: string;
}
