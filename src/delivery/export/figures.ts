/** The figures of an export. */
import { counter, type Figure, gauge } from '../../figures/figure.ts';
import type { Watcher } from '../../figures/with-figures.ts';
import { StreamFigures } from '../../live/stream-figures.ts';
import type { ExportEvent } from './options.ts';

export class ExportFigures implements Watcher<ExportEvent> {
  readonly figures: readonly Figure[];
  readonly #common: StreamFigures;
  #segments = 0;
  #bytes = 0;
  #delay: number | undefined;

  constructor(stream: string) {
    this.#common = new StreamFigures('sluice_export', stream, true);
    this.figures = [
      ...this.#common.figures,
      counter('sluice_export_segments_total', 'Segments that playlists name', () => this.#segments),
      counter('sluice_export_bytes_total', 'Bytes of these', () => this.#bytes),
      gauge(
        'sluice_export_delay_seconds',
        'From the last picture of a segment until playlists named it, of the newest',
        () => this.#delay,
      ),
    ];
  }

  unready(): string | undefined {
    return this.#common.unready();
  }

  see(event: ExportEvent): void {
    if (event.type === 'segment') {
      this.#segments += 1;
      this.#bytes += event.bytes;
      this.#delay = event.delay;
      this.#common.through();
    } else if (event.type !== 'warning' && event.type !== 'figures') this.#common.see(event);
  }
}
