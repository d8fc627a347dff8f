/** The figures of a server that are not those of delivery, and where they are asked for beside its own port. */
import { counter, type Figure, gauge, type Watched } from '../figures/figure.ts';
import { type FiguresOptions, figuresDefaults } from '../figures/options.ts';
import type { FiguresServer } from '../figures/server.ts';
import type { DeliveryServer } from './http/server.ts';
import type { ServeEvent } from './serve-options.ts';
import type { OpenStreams } from './streams.ts';

/** `isAway`: whether Kafka cannot be reached. */
export function serveFigures(
  topic: string,
  streams: Pick<OpenStreams, 'cachedBytes' | 'placesUp' | 'passedOver'>,
  isAway: () => boolean,
): readonly Figure[] {
  const up = (is: boolean | undefined) => (is === undefined ? undefined : Number(is));
  return [
    gauge('sluice_serve_info', 'What runs, as labels', () => [[{ topic }, 1]], ['topic']),
    gauge(
      'sluice_serve_waiting',
      '1 for what holds the work up',
      () => [
        [{ on: 'kafka' }, Number(isAway())] as const,
        ...(streams.placesUp === undefined ? [] : [[{ on: 'archive' }, Number(!streams.placesUp)] as const]),
      ],
      ['on'],
    ),
    gauge('sluice_serve_archive_cache_bytes', 'Older segments held in memory', () => streams.cachedBytes),
    counter(
      'sluice_serve_records_passed_over_total',
      'Records that are not what FORMAT.md says, since the server began',
      () => streams.passedOver,
    ),
    gauge('sluice_kafka_up', 'Old: 0 while sluice_serve_waiting{on="kafka"} is 1', () => up(!isAway())),
    gauge('sluice_archive_up', 'Old: 0 while sluice_serve_waiting{on="archive"} is 1', () =>
      up(streams.placesUp),
    ),
  ];
}

/** Opens `--metrics-port`; undefined: it was not asked for. Rejects with ConfigurationError when it may not listen there. */
export async function openServeFigures(
  { metricsPort: port, metricsHost: host = figuresDefaults.metricsHost }: FiguresOptions,
  server: DeliveryServer,
  health: Omit<Watched, 'figures'>,
  onEvent: (event: ServeEvent) => void,
): Promise<FiguresServer | undefined> {
  if (port === undefined) return undefined;
  const { openFigures } = await import('../figures/server.ts');
  const { registry } = server;
  const opened = await openFigures({ watched: { figures: [], ...health }, registry, host, port });
  onEvent({ type: 'figures', url: opened.url });
  return opened;
}
