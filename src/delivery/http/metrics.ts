/** What `/metrics` tells of delivery. Counting is adding to a number: the registry asks for the sums when it is read. */
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from '../../metrics.ts';
import type { OwnGauge } from './options.ts';

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

/** Adds figures that somebody else keeps. */
export function addGauges(registry: Registry, gauges: readonly OwnGauge[]): void {
  for (const { name, help, value } of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  }
}

/** How one stream stands at the moment. */
export interface StreamFigures {
  readonly stream: string;
  readonly viewers: number;
  readonly held: number;
  readonly windowBytes: number;
}

export class DeliveryMetrics {
  readonly #requests: Record<RequestKind, number>;
  /** Bytes of media and playlists handed to connections. */
  bytes = 0;
  /** How often a viewer was too slow, and something was left out. */
  skips = 0;
  refused = 0;
  readonly #delay: Histogram;

  constructor(registry: Registry, figures: () => readonly StreamFigures[]) {
    this.#requests = Object.fromEntries(requestKinds.map((kind) => [kind, 0])) as Record<RequestKind, number>;
    const registers = [registry];
    const sums = (name: string, help: string, sum: () => number) =>
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(sum());
        },
      });
    const requests = this.#requests;
    new Counter({
      name: 'sluice_requests_total',
      help: 'Requests for live media, by what they asked for',
      labelNames: ['kind'],
      registers,
      collect() {
        this.reset();
        for (const kind of requestKinds) this.inc({ kind }, requests[kind]);
      },
    });
    sums('sluice_sent_bytes_total', 'Bytes of live media and playlists sent', () => this.bytes);
    sums('sluice_skips_total', 'Times that a slow viewer was moved to a later keyframe', () => this.skips);
    sums('sluice_refused_total', 'Requests refused for want of a token', () => this.refused);
    const perStream = (name: string, help: string, of: (figures: StreamFigures) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ['stream'],
        registers,
        collect() {
          this.reset();
          for (const one of figures()) this.set({ stream: one.stream }, of(one));
        },
      });
    perStream('sluice_viewers', 'Viewers of a stream, as far as requests tell', ({ viewers }) => viewers);
    perStream('sluice_held_requests', 'Playlist requests that wait for the next part', ({ held }) => held);
    perStream('sluice_window_bytes', 'Media held in memory', ({ windowBytes }) => windowBytes);
    this.#delay = new Histogram({
      name: 'sluice_part_delay_seconds',
      help: 'From the end of a part, by the clock of its publisher, to its arrival here',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10],
      registers,
    });
  }

  request(kind: RequestKind): void {
    this.#requests[kind] += 1;
  }

  /** A part came `seconds` after its last picture was taken. */
  partDelay(seconds: number): void {
    this.#delay.observe(Math.max(0, seconds));
  }
}
