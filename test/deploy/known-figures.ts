/** All figures that the code has, as its registries tell them. */

import { consoleFigures } from '../../src/console/figures.ts';
import { ExportFigures } from '../../src/delivery/export/figures.ts';
import { DeliveryMetrics } from '../../src/delivery/http/metrics.ts';
import { Reports } from '../../src/delivery/http/reports.ts';
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
import { metricsText, type Registry } from '../../src/metrics.ts';
import { MadeModel } from '../support/made-model.ts';

export interface KnownFigure {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
  readonly isOld: boolean;
  /** Of a label: the values that it has from the first moment on. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

const ofVerbs = [
  ...[new TransferFigures('upload'), new DownloadFigures(), new PublishFigures('s', 1)],
  ...[new PushFigures('s'), new ExportFigures('s'), new RecordFigures('s'), new PlayFigures('s')],
];
const streams = { cachedBytes: 0, placesUp: true, passedOver: 0 };
const ofConsole = consoleFigures({
  model: new MadeModel(),
  mounted: { counts: { underWay: 0, whole: 0, broken: 0 }, events: { size: 0 } },
});
const registries = [
  registryOf([
    ...ofVerbs.flatMap(({ figures }) => figures),
    ...ingestFigures(new Board(), () => false, 1),
    ...ofConsole,
  ]),
  new DeliveryMetrics(() => [], [...serveFigures('live', streams, () => false), ...new Reports().figures])
    .registry,
];

/** What Prometheus finds of `registry`. */
async function toldBy(registry: Registry): Promise<readonly KnownFigure[]> {
  const told = await registry.getMetricsAsJSON();
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames } = metric as unknown as {
      readonly name: string;
      readonly help: string;
      readonly type: KnownFigure['type'];
      readonly labelNames: readonly string[];
    };
    const samples = told.find((one) => one.name === name)?.values ?? [];
    const values = new Map<string, Set<string>>();
    for (const { labels } of samples)
      for (const [label, value] of Object.entries(labels))
        values.set(label, (values.get(label) ?? new Set()).add(String(value)));
    return { name, type, labels: labelNames, isOld: /^Old(?:: | name of )/.test(help), values };
  });
}

/** By name. */
export const knownFigures: ReadonlyMap<string, KnownFigure> = new Map(
  (await Promise.all(registries.map(toldBy))).flat().map((figure) => [figure.name, figure]),
);

const ofProcess = await metricsText(registryOf([]));

/** Names of what is told of every process. */
export const processFigures: ReadonlySet<string> = new Set(ofProcess.match(/^\w+(?=[ {])/gm));
