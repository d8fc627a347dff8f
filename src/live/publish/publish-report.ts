/** What a publisher reports of itself, where somebody wants to know it. */
import type { Kafka } from '../../kafka/contract.ts';
import type { Logger } from '../../log.ts';
import { Reporter, type ReportTimes, type Told } from '../../reports/reporter.ts';
import type { PublishEvent } from './events.ts';

const mostFaults = 5;

export class PublishReport {
  readonly #stream: string;
  #reporter: Reporter | undefined;
  #progress: (PublishEvent & { readonly type: 'progress' }) | undefined;
  #renditions: readonly string[] = [];
  #restarts = 0;
  #gaps = 0;
  #faults: readonly string[] = [];
  #waiting: string | undefined;

  constructor(stream: string) {
    this.#stream = stream;
  }

  see(event: PublishEvent): void {
    if (event.type === 'progress') this.#progress = event;
    else if (event.type === 'started') this.#renditions = event.renditions;
    else if (event.type === 'waiting') this.#waiting = event.message;
    else if (event.type === 'resumed') this.#waiting = undefined;
    if (event.type === 'encoder-restarted') this.#restarts += 1;
    if (event.type === 'gap') this.#gaps += 1;
    const isFault = ['encoder-restarted', 'gap', 'warning', 'spooling', 'fenced'].includes(event.type);
    if (isFault && 'message' in event) this.#faults = [...this.#faults, event.message].slice(-mostFaults);
  }

  begin(kafka: Kafka, topic: string, logger?: Logger, times: Partial<ReportTimes> = {}): void {
    const key = { kind: 'publisher', name: this.#stream } as const;
    this.#reporter = new Reporter({ kafka, topic, key, logger, tell: () => this.told(), times });
  }

  /** At the good end of the run. Never rejects. */
  async end(): Promise<void> {
    await this.#reporter?.end();
  }

  /** At any end. */
  stop(): void {
    this.#reporter?.stop();
  }

  told(): Told {
    const { bitrate: bitRate, delay } = this.#progress ?? {};
    const stream = {
      ...(bitRate === undefined ? {} : { bitRate: Math.round(bitRate) }),
      ...(delay === undefined ? {} : { delay: delay.p50 / 1000 }),
      ...{ restarts: this.#restarts, gaps: this.#gaps, renditions: [...this.#renditions] },
      faults: [...this.#faults],
    };
    const waiting = this.#waiting === undefined ? {} : { waiting: this.#waiting };
    return { ...waiting, streams: { [this.#stream]: stream } };
  }
}
