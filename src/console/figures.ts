/** What Prometheus is told of a console. */
import { counter, type Figure, gauge } from '../figures/figure.ts';
import type { ConsoleModel } from './contract.ts';
import type { MountedConsole } from './http/mount.ts';
import type { Uploads } from './http/uploads/uploads.ts';

/** Asked when somebody looks. */
export interface ConsoleWatched {
  readonly model: Pick<ConsoleModel, 'isAway'>;
  readonly mounted: {
    readonly counts: MountedConsole['counts'];
    readonly events: Pick<MountedConsole['events'], 'size'>;
  };
  readonly uploads?: Pick<Uploads, 'received' | 'outbox'> | undefined;
}

export function consoleFigures({ model, mounted, uploads }: ConsoleWatched): readonly Figure[] {
  const { counts, events } = mounted;
  return [
    gauge(
      'sluice_console_waiting',
      '1 for what holds the work up',
      () => [
        [{ on: 'kafka' }, Number(model.isAway())],
        [{ on: 'drops' }, Number(uploads?.outbox.trouble !== undefined)],
      ],
      ['on'],
    ),
    gauge('sluice_kafka_up', 'Old: 0 while sluice_console_waiting{on="kafka"} is 1', () =>
      Number(!model.isAway()),
    ),
    gauge('sluice_console_pages', 'Pages that are open', () => events.size),
    gauge('sluice_console_fetches', 'Files that are being fetched', () => counts.underWay),
    counter(
      'sluice_console_fetched_total',
      'Files, or ranges of them, that were fetched',
      () => counts.whole,
    ),
    counter(
      'sluice_console_fetches_broken_total',
      'Fetches that were cut off, for bytes are missing or wrong',
      () => counts.broken,
    ),
    counter('sluice_console_dropped_total', 'Dropped files that came whole', () => uploads?.received ?? 0),
    counter(
      'sluice_console_sent_total',
      'Dropped files that are on the topic since',
      () => uploads?.outbox.sent ?? 0,
    ),
  ];
}
