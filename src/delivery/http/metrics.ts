/** What is told of delivery. Counting is adding to a number: the registry asks for the sums when it is read. */
import { Histogram } from 'prom-client';
import { counter, type Figure, gauge } from '../../figures/figure.ts';
import { registryOf } from '../../figures/registry.ts';
import type { Registry } from '../../metrics.ts';
import { oldNameOf, oldNamesOf } from './old-names.ts';

export const requestKinds = [
  'playlist',
  'held-playlist',
  'part',
  'segment',
  'init',
  'manifest',
  'socket',
  'continuous',
  'snapshot',
  'permit',
] as const;
export type RequestKind = (typeof requestKinds)[number];

/** How one stream stands at the moment. */
export interface StreamFigures {
  readonly stream: string;
  readonly viewers: number;
  readonly held: number;
  readonly windowBytes: number;
}

const delay = {
  name: 'sluice_serve_part_delay_seconds',
  help: 'From the end of a part, by the clock of its publisher, to its arrival here',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10],
};

export class DeliveryMetrics {
  /** All of it, as Prometheus reads it, with figures that others keep. */
  readonly registry: Registry;
  readonly #requests: Record<RequestKind, number>;
  /** Bytes of media and playlists handed to connections. */
  bytes = 0;
  /** How often a viewer was too slow, and something was left out. */
  skips = 0;
  refused = 0;
  readonly #delays: readonly Histogram[];

  constructor(streams: () => readonly StreamFigures[], others: readonly Figure[] = []) {
    this.#requests = Object.fromEntries(requestKinds.map((kind) => [kind, 0])) as Record<RequestKind, number>;
    const perStream = (name: string, help: string, of: (figures: StreamFigures) => number) =>
      gauge(name, help, () => streams().map((one) => [{ stream: one.stream }, of(one)] as const), ['stream']);
    const figures = [
      counter(
        'sluice_serve_requests_total',
        'Requests for live media, by what they asked for',
        () => requestKinds.map((kind) => [{ kind }, this.#requests[kind]] as const),
        ['kind'],
      ),
      counter('sluice_serve_sent_bytes_total', 'Bytes of live media and playlists sent', () => this.bytes),
      counter(
        'sluice_serve_skips_total',
        'Times that a slow viewer was moved to a later keyframe',
        () => this.skips,
      ),
      counter('sluice_serve_refused_total', 'Requests refused for want of a token', () => this.refused),
      perStream('sluice_serve_viewers', 'Viewers of a stream, as far as requests tell', (one) => one.viewers),
      perStream('sluice_serve_held_requests', 'Playlist requests that wait for a part', (one) => one.held),
      perStream('sluice_serve_window_bytes', 'Media held in memory', (one) => one.windowBytes),
      ...others,
    ];
    this.registry = registryOf([...figures, ...oldNamesOf(figures)]);
    const registers = [this.registry];
    this.#delays = [delay, oldNameOf(delay)].map((one) => new Histogram({ ...one, registers }));
  }

  request(kind: RequestKind): void {
    this.#requests[kind] += 1;
  }

  /** A part came `seconds` after its last picture was taken. */
  partDelay(seconds: number): void {
    for (const one of this.#delays) one.observe(Math.max(0, seconds));
  }
}
