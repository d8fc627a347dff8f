/** The figures that all verbs of live video have, counted by what they tell. */
import { counter, type Figure, gauge } from '../figures/figure.ts';
import { Waits } from '../files/run/waits.ts';
import type { ResumedEvent, WaitingEvent } from '../files/shared/events.ts';

export class StreamFigures {
  readonly figures: readonly Figure[];
  readonly #waits = new Waits();
  readonly #isAwaited: boolean;
  #hasBegun = false;
  #gaps = 0;
  #last: number | undefined;

  /** `begin`: of its names, e.g. `sluice_publish`. `isAwaited`: it is not ready before it tells that it has started. */
  constructor(begin: string, stream: string, isAwaited: boolean) {
    this.#isAwaited = isAwaited;
    this.figures = [
      gauge(`${begin}_info`, 'What runs, as labels', () => [[{ stream }, 1]], ['stream']),
      gauge(`${begin}_waiting`, '1 for what holds the work up', () => this.#waits.figures, ['on']),
      counter(`${begin}_gaps_total`, 'Segments that nobody has', () => this.#gaps),
      gauge(`${begin}_last_success_timestamp_seconds`, 'When media were through last', () => this.#last),
    ];
  }

  see(event: WaitingEvent | ResumedEvent | { readonly type: 'started' | 'gap' }): void {
    if (event.type === 'started') this.#hasBegun = true;
    else if (event.type === 'gap') this.#gaps += 1;
    else if (event.type === 'waiting' || event.type === 'resumed') this.#waits.see(event);
  }

  /** Media were through. */
  through(): void {
    this.#last = Date.now() / 1000;
  }

  unready(): string | undefined {
    const isEarly = this.#isAwaited && !this.#hasBegun;
    return this.#waits.kafka ?? (isEarly ? 'it has not begun yet' : undefined);
  }
}
