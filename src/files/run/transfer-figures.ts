/** The figures of an upload or a download, counted by what it tells, over all of its runs. */
import { counter, type Figure, gauge, type Watched } from '../../figures/figure.ts';
import type {
  DownloadEvent,
  FailedEvent,
  ProgressEvent,
  StartedEvent,
  UploadEvent,
} from '../shared/events.ts';
import { Waits } from './waits.ts';

export type TransferEvent = UploadEvent | DownloadEvent;

/** Why a downloader may tell that something did not make it. */
const failures: readonly (FailedEvent['reason'] | 'lost')[] = [
  'digest-mismatch',
  'missing-data',
  'refused-name',
  'refused-record',
  'conflicting-data',
  'no-key',
  'too-many-open',
  'sink',
  'lost',
];

/** Of so many files that did not make it is remembered which; more are not counted as parked. */
const parkedLimit = 10_000;

export class TransferFigures implements Watched {
  readonly figures: readonly Figure[];
  readonly #waits = new Waits();
  readonly #parked = new Set<string>();
  readonly #failures = new Map<string, number>();
  #state: 'idle' | 'starting' | 'running' = 'starting';
  #started: StartedEvent | undefined;
  #progress: ProgressEvent | undefined;
  #files = 0;
  #bytes = 0;
  #lastSuccess: number | undefined;
  /** Of runs that are over. */
  #before = { records: 0, wireBytes: 0 };

  /** `more`: figures that somebody else keeps; `place`: the folder or URL at this end, once it is known. */
  constructor(
    verb: 'upload' | 'download',
    more: (begin: string, place: () => string | undefined) => readonly Figure[] = () => [],
  ) {
    const begin = `sluice_${verb}`;
    this.figures = [
      ...this.#ofFiles(begin),
      ...this.#ofNow(begin),
      ...this.#ofFailures(begin),
      ...more(begin, () => this.#started?.place),
    ];
  }

  /** A run begins. */
  begin(): void {
    this.#state = 'starting';
    this.#parked.clear();
  }

  /** A run is over, and another one may come. */
  end(): void {
    const { records = 0, wireBytes = 0 } = this.#progress ?? {};
    this.#before = { records: this.#before.records + records, wireBytes: this.#before.wireBytes + wireBytes };
    this.#progress = undefined;
    this.#state = 'idle';
    this.#waits.clear();
  }

  unready(): string | undefined {
    if (this.#state === 'idle') return undefined;
    return this.#waits.kafka ?? (this.#state === 'starting' ? 'it has not begun yet' : undefined);
  }

  see(event: TransferEvent): void {
    switch (event.type) {
      case 'started':
        this.#started = event;
        this.#state = 'running';
        return;
      case 'progress':
        this.#progress = event;
        return;
      case 'waiting':
      case 'resumed':
        this.#waits.see(event);
        return;
      case 'sent':
        this.#done(event.path, event.size);
        return;
      case 'received':
        this.#done(`${event.uploader}/${event.path}`, event.size);
        return;
      case 'not-sent':
        if (!event.again) this.#failed('not-sent');
        this.#park(event.path);
        return;
      case 'not-removed':
        this.#failed('not-removed');
        this.#park(event.path);
        return;
      case 'deletions-refused':
        this.#failed('deletions-refused');
        return;
      case 'failed':
        this.#failed(event.reason);
        this.#park(`${event.uploader}/${event.path}`);
        return;
      case 'refused-record':
      case 'lost':
        this.#failed(event.type);
        return;
      default:
    }
  }

  #done(path: string, size: number): void {
    this.#files += 1;
    this.#bytes += size;
    this.#lastSuccess = Date.now() / 1000;
    this.#parked.delete(path);
  }

  #failed(reason: string): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  #park(path: string): void {
    if (this.#parked.size < parkedLimit) this.#parked.add(path);
  }

  #ofFiles(begin: string): readonly Figure[] {
    const done = begin === 'sluice_upload' ? 'sent, and acknowledged' : 'verified, and under their names';
    const wire = (of: 'records' | 'wireBytes') => this.#before[of] + (this.#progress?.[of] ?? 0);
    return [
      counter(`${begin}_files_total`, `Files ${done}`, () => this.#files),
      counter(`${begin}_bytes_total`, `Bytes of files ${done}`, () => this.#bytes),
      counter(`${begin}_records_total`, 'Records that went over the wire', () => wire('records')),
      counter(`${begin}_wire_bytes_total`, 'Bytes of these, before compression', () => wire('wireBytes')),
      gauge(
        `${begin}_last_success_timestamp_seconds`,
        `When the last file was ${done}`,
        () => this.#lastSuccess,
      ),
    ];
  }

  #ofNow(begin: string): readonly Figure[] {
    const ageOf = (since: number | undefined) => (since === undefined ? 0 : (Date.now() - since) / 1000);
    return [
      gauge(
        `${begin}_info`,
        'What runs, as labels',
        () => (this.#started === undefined ? undefined : [[infoOf(this.#started), 1]]),
        ['name', 'topic'],
      ),
      gauge(`${begin}_running`, '0 between two runs of a schedule', () => Number(this.#state !== 'idle')),
      gauge(`${begin}_open_files`, 'Files that wait or are under way', () => this.#progress?.filesOpen ?? 0),
      gauge(`${begin}_open_bytes`, 'Bytes of these that are still to go', () => {
        const { bytesTotal = 0, bytesDone = 0 } = this.#progress ?? {};
        return bytesTotal - bytesDone;
      }),
      gauge(`${begin}_oldest_open_seconds`, 'How long the oldest of these has been known', () =>
        ageOf(this.#progress?.oldestOpen),
      ),
      gauge(`${begin}_waiting`, '1 for what holds the work up', () => this.#waits.figures, ['on']),
    ];
  }

  #ofFailures(begin: string): readonly Figure[] {
    const reasons = begin === 'sluice_upload' ? ['not-sent', 'not-removed', 'deletions-refused'] : failures;
    return [
      counter(
        `${begin}_failures_total`,
        'What did not make it, by why',
        () => reasons.map((reason) => [{ reason }, this.#failures.get(reason) ?? 0] as const),
        ['reason'],
      ),
      gauge(
        `${begin}_parked_files`,
        `Files that did not make it so far, ${parkedLimit} at the most`,
        () => this.#parked.size,
      ),
    ];
  }
}

function infoOf({ name, topic }: StartedEvent): Readonly<Record<string, string>> {
  return { name, topic };
}
