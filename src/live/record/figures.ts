/** The figures of a recording. */
import { counter, type Figure } from '../../figures/figure.ts';
import type { Watcher } from '../../figures/with-figures.ts';
import { StreamFigures } from '../stream-figures.ts';
import type { RecordEvent, RecordProgressEvent } from './options.ts';

export class RecordFigures implements Watcher<RecordEvent> {
  readonly figures: readonly Figure[];
  readonly #common: StreamFigures;
  #progress: RecordProgressEvent | undefined;

  constructor(stream: string) {
    this.#common = new StreamFigures('sluice_record', stream, false);
    this.figures = [
      ...this.#common.figures,
      counter('sluice_record_segments_total', 'Segments written', () => this.#progress?.segments ?? 0),
      counter('sluice_record_bytes_total', 'Bytes of these', () => this.#progress?.bytes ?? 0),
    ];
  }

  unready(): string | undefined {
    return this.#common.unready();
  }

  see(event: RecordEvent): void {
    if (event.type === 'progress') {
      this.#progress = event;
      this.#common.through();
    } else if (event.type === 'gap' || event.type === 'waiting' || event.type === 'resumed')
      this.#common.see(event);
  }
}
