/** What an uploader or a downloader reports of itself, where somebody wants to know it. */
import type { Kafka } from '../../kafka/contract.ts';
import type { Logger } from '../../log.ts';
import type { ReportKey } from '../../records/report-record.ts';
import { Reporter, type ReportTimes, type Told } from '../../reports/reporter.ts';
import { type TransferEvent, TransferTally } from './transfer-tally.ts';
import { holders } from './waits.ts';

/** Of so many files that did not make it is told which. */
const named = 100;

export interface TransferReportOptions {
  readonly topic: string;
  readonly logger?: Logger | undefined;
  /** What stands before the paths of its events. */
  readonly uploader?: string;
  /** Names are secret, or may be: none is told, and no sentence that may have one. */
  readonly isSecret: boolean;
  readonly times?: Partial<ReportTimes>;
}

export class TransferReport {
  readonly #options: TransferReportOptions;
  readonly #tally = new TransferTally();
  #reporter: Reporter | undefined;
  #last = { bytes: 0, at: performance.now() };

  constructor(options: TransferReportOptions) {
    this.#options = options;
  }

  see(event: TransferEvent): void {
    this.#tally.see(event);
  }

  /** `key`: under which it reports. */
  begin(kafka: Kafka, key: ReportKey): void {
    const { topic, logger, times = {} } = this.#options;
    const isForgotten = key.instance !== undefined;
    const tell = () => this.told();
    this.#reporter = new Reporter({ kafka, topic, key, logger, tell, isForgotten, times });
  }

  /** At the good end of the run. Never rejects. */
  async end(): Promise<void> {
    await this.#reporter?.end();
  }

  /** At any end. */
  stop(): void {
    this.#reporter?.stop();
  }

  /** As it is now; `rate` is since it was asked last. */
  told(): Told {
    const { files, bytes, parked, progress, waits } = this.#tally;
    const { bytesDone = 0, bytesTotal = 0, filesOpen = 0 } = progress ?? {};
    const now = performance.now();
    const seconds = (now - this.#last.at) / 1000;
    const rate = seconds < 0.1 ? 0 : Math.max(0, Math.round((bytesDone - this.#last.bytes) / seconds));
    this.#last = { bytes: bytesDone, at: now };
    let failed = 0;
    for (const { state } of parked.values()) if (state === 'failed') failed += 1;
    const open = { open: filesOpen, openBytes: Math.max(0, bytesTotal - bytesDone) };
    const waiting = this.#waiting(waits.reasons);
    return {
      ...(waiting === undefined ? {} : { waiting }),
      files: { done: files, bytes, rate, ...open, failed, parked: parked.size - failed },
      ...(this.#options.isSecret || parked.size === 0 ? {} : { failures: this.#named() }),
    };
  }

  #named(): NonNullable<Told['failures']> {
    const { uploader } = this.#options;
    const newest = [...this.#tally.parked].slice(-named);
    return newest.map(([path, { state, reason, at, upload }]) => ({
      path: uploader === undefined ? path : `${uploader}/${path}`,
      ...{ state, reason, at },
      ...(upload === undefined ? {} : { upload }),
    }));
  }

  #waiting(reasons: ReadonlyMap<(typeof holders)[number], string>): string | undefined {
    const on = holders.find((holder) => reasons.has(holder));
    if (on === undefined) return undefined;
    return this.#options.isSecret ? `it waits for ${words[on]}` : reasons.get(on);
  }
}

const words = { kafka: 'Kafka', disk: 'its disk', source: 'its source', sink: 'its sink' } as const;
