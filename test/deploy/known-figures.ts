/** All figures that the code has, as its registries tell them. */

import { ExportFigures } from '../../src/delivery/export/figures.ts';
import { DeliveryMetrics } from '../../src/delivery/http/metrics.ts';
import { serveFigures } from '../../src/delivery/serve-figures.ts';
import { registryOf } from '../../src/figures/registry.ts';
import { DownloadFigures } from '../../src/files/run/download-figures.ts';
import { TransferFigures } from '../../src/files/run/transfer-figures.ts';
import { Board } from '../../src/live/ingest/board.ts';
import { ingestFigures } from '../../src/live/ingest/figures.ts';
import { PlayFigures } from '../../src/live/play/figures.ts';
import { PublishFigures } from '../../src/live/publish/figures.ts';
import { PushFigures } from '../../src/live/push/figures.ts';
import { RecordFigures } from '../../src/live/record/figures.ts';
import type { Registry } from '../../src/metrics.ts';

export interface KnownFigure {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
  readonly isOld: boolean;
}

const ofVerbs = [
  ...[new TransferFigures('upload'), new DownloadFigures(), new PublishFigures('s', 1)],
  ...[new PushFigures('s'), new ExportFigures('s'), new RecordFigures('s'), new PlayFigures('s')],
];
const streams = { cachedBytes: 0, placesUp: true, passedOver: 0 };
const registries = [
  registryOf([...ofVerbs.flatMap(({ figures }) => figures), ...ingestFigures(new Board())]),
  new DeliveryMetrics(
    () => [],
    serveFigures('live', streams, () => false),
  ).registry,
];

/** What Prometheus finds of `registry`. */
function toldBy(registry: Registry): readonly KnownFigure[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames } = metric as unknown as {
      readonly name: string;
      readonly help: string;
      readonly type: KnownFigure['type'];
      readonly labelNames: readonly string[];
    };
    return { name, type, labels: labelNames, isOld: /^Old(?:: | name of )/.test(help) };
  });
}

/** By name. */
export const knownFigures: ReadonlyMap<string, KnownFigure> = new Map(
  registries.flatMap(toldBy).map((figure) => [figure.name, figure]),
);
