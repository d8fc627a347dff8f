/** The figures of playing. */
import { counter, type Figure } from '../../figures/figure.ts';
import type { Watcher } from '../../figures/with-figures.ts';
import { StreamFigures } from '../stream-figures.ts';
import type { PlayEvent } from './options.ts';

export class PlayFigures implements Watcher<PlayEvent> {
  readonly figures: readonly Figure[];
  readonly #common: StreamFigures;
  #cuts = 0;
  #bytes = 0;

  constructor(stream: string) {
    this.#common = new StreamFigures('sluice_play', stream, false);
    this.figures = [
      ...this.#common.figures,
      counter('sluice_play_cuts_total', 'Times that the stream went on after a cut', () => this.#cuts),
      counter('sluice_play_bytes_total', 'Bytes handed on', () => this.#bytes),
    ];
  }

  unready(): string | undefined {
    return this.#common.unready();
  }

  see(event: PlayEvent): void {
    if (event.type === 'cut') this.#cuts += 1;
    else if (event.type === 'gap' || event.type === 'waiting' || event.type === 'resumed')
      this.#common.see(event);
  }

  /** So many bytes go to whoever plays. */
  hand(bytes: number): void {
    this.#bytes += bytes;
    this.#common.through();
  }
}
