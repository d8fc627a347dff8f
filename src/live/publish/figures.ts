/** The figures of a publisher. */
import { counter, type Figure, gauge } from '../../figures/figure.ts';
import type { Watcher } from '../../figures/with-figures.ts';
import { StreamFigures } from '../stream-figures.ts';
import type { LiveProgressEvent, PublishEvent } from './events.ts';

export class PublishFigures implements Watcher<PublishEvent> {
  readonly figures: readonly Figure[];
  readonly #common: StreamFigures;
  #progress: LiveProgressEvent | undefined;
  #segments = 0;
  #restarts = 0;

  /** `spoolBytes`: what may wait for Kafka. */
  constructor(stream: string, spoolBytes: number) {
    this.#common = new StreamFigures('sluice_publish', stream, true);
    const now = (of: 'parts' | 'bytes' | 'bitrate' | 'spooled' | 'inFlight') => () =>
      this.#progress?.[of] ?? 0;
    const delay = () => this.#progress?.delay;
    this.figures = [
      ...this.#common.figures,
      counter('sluice_publish_segments_total', 'Segments that stand on Kafka whole', () => this.#segments),
      counter('sluice_publish_parts_total', 'Parts that Kafka has acknowledged', now('parts')),
      counter('sluice_publish_bytes_total', 'Bytes of these', now('bytes')),
      counter(
        'sluice_publish_encoder_restarts_total',
        'Times that the encoder failed, and began anew',
        () => this.#restarts,
      ),
      gauge('sluice_publish_bitrate', 'Bits a second of late, all renditions together', now('bitrate')),
      gauge('sluice_publish_spooled_bytes', 'Bytes that wait to be handed to Kafka', now('spooled')),
      gauge('sluice_publish_spool_limit_bytes', 'Past so many, segments become gaps', () => spoolBytes),
      gauge('sluice_publish_in_flight_bytes', 'Bytes that Kafka has not acknowledged', now('inFlight')),
      gauge(
        'sluice_publish_acknowledged_seconds',
        "From the encoder's last byte of a part to Kafka's acknowledgement, of late",
        () => {
          const late = delay();
          const quantiles =
            late &&
            ([
              [{ quantile: '0.5' }, late.p50 / 1000],
              [{ quantile: '0.99' }, late.p99 / 1000],
            ] as const);
          return quantiles;
        },
        ['quantile'],
      ),
    ];
  }

  unready(): string | undefined {
    return this.#common.unready();
  }

  see(event: PublishEvent): void {
    switch (event.type) {
      case 'progress':
        // What was acknowledged since is a sign of life; the same sums again are none.
        if (event.parts > (this.#progress?.parts ?? 0)) this.#common.through();
        this.#progress = event;
        break;
      case 'segment':
        this.#segments += 1;
        break;
      case 'encoder-restarted':
        this.#restarts += 1;
        break;
      case 'started':
      case 'gap':
      case 'waiting':
      case 'resumed':
        this.#common.see(event);
        break;
      default:
    }
  }
}
