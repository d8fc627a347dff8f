/** The figures of pushing to other platforms. A target goes by its number: its address is long, and may change. */
import { counter, type Figure, gauge } from '../../figures/figure.ts';
import type { Watcher } from '../../figures/with-figures.ts';
import { StreamFigures } from '../stream-figures.ts';
import type { PushEvent, PushedTarget } from './options.ts';

export class PushFigures implements Watcher<PushEvent> {
  readonly figures: readonly Figure[];
  readonly #common: StreamFigures;
  #targets: readonly PushedTarget[] = [];

  constructor(stream: string) {
    this.#common = new StreamFigures('sluice_push', stream, false);
    const each = (value: (target: PushedTarget) => number) => () =>
      this.#targets.map((target, at) => [{ target: String(at + 1) }, value(target)] as const);
    const labels = ['target'];
    this.figures = [
      ...this.#common.figures,
      gauge(
        'sluice_push_connected',
        '1 while a target takes the stream',
        each((one) => Number(one.isConnected)),
        labels,
      ),
      counter(
        'sluice_push_connections_total',
        'Times that a target was connected to',
        each((one) => one.connections),
        labels,
      ),
      counter(
        'sluice_push_bytes_total',
        'Bytes that a target has taken',
        each((one) => one.bytes),
        labels,
      ),
      counter(
        'sluice_push_dropped_total',
        'Times that media was left out, since the target took too little',
        each((one) => one.dropped),
        labels,
      ),
    ];
  }

  unready(): string | undefined {
    return this.#common.unready();
  }

  see(event: PushEvent): void {
    if (event.type === 'progress') {
      const sum = (targets: readonly PushedTarget[]) => targets.reduce((all, { bytes }) => all + bytes, 0);
      if (sum(event.targets) > sum(this.#targets)) this.#common.through();
      this.#targets = event.targets;
    } else if (event.type === 'gap' || event.type === 'waiting' || event.type === 'resumed')
      this.#common.see(event);
  }
}
