/** `/live/S/stream.mp4`: fragmented MP4 over plain HTTP, for whatever plays a file while it comes. */
import type { Rendition } from '../contract.ts';
import type { Pipe } from './follower.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { hasGone, type Outgoing } from './replies.ts';

/** A follower's way to a response whose headers have been written. */
export class ResponsePipe implements Pipe {
  readonly #response: Outgoing;
  readonly #metrics: DeliveryMetrics;

  constructor(response: Outgoing, metrics: DeliveryMetrics) {
    this.#response = response;
    this.#metrics = metrics;
  }

  get waiting(): number {
    return this.#response.writableLength;
  }

  begin(_rendition: Rendition, _epoch: number, init: Buffer): void {
    this.write(init);
  }

  tell(): void {}

  write(bytes: Buffer): void {
    if (hasGone(this.#response)) return;
    this.#response.write(bytes);
    this.#metrics.bytes += bytes.length;
  }

  skipped(): void {
    this.#metrics.skips += 1;
  }

  end(): void {
    this.#response.end();
  }
}
