/** The figures of an upload or a download, counted by what it tells, over all of its runs. */
import { counter, type Figure, gauge, type Watched } from '../../figures/figure.ts';
import type { FailedEvent, ProgressEvent, StartedEvent } from '../shared/events.ts';
import { parkedLimit, type TransferEvent, TransferTally } from './transfer-tally.ts';

export type { TransferEvent } from './transfer-tally.ts';

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

export class TransferFigures implements Watched {
  readonly figures: readonly Figure[];
  readonly #tally = new TransferTally();
  #state: 'idle' | 'starting' | 'running' = 'starting';
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
      ...more(begin, () => this.#tally.started?.place),
    ];
  }

  /** A run begins. */
  begin(): void {
    this.#state = 'starting';
    this.#tally.parked.clear();
  }

  /** A run is over, and another one may come. */
  end(): void {
    const { records = 0, wireBytes = 0 } = this.#tally.progress ?? {};
    this.#before = { records: this.#before.records + records, wireBytes: this.#before.wireBytes + wireBytes };
    this.#tally.progress = undefined;
    this.#state = 'idle';
    this.#tally.waits.clear();
  }

  unready(): string | undefined {
    if (this.#state === 'idle') return undefined;
    return this.#tally.waits.kafka ?? (this.#state === 'starting' ? 'it has not begun yet' : undefined);
  }

  see(event: TransferEvent): void {
    this.#tally.see(event);
    if (event.type === 'started') this.#state = 'running';
  }

  #ofFiles(begin: string): readonly Figure[] {
    const done = begin === 'sluice_upload' ? 'sent, and acknowledged' : 'verified, and under their names';
    const wire = (of: 'records' | 'wireBytes') => this.#before[of] + (this.#tally.progress?.[of] ?? 0);
    return [
      counter(`${begin}_files_total`, `Files ${done}`, () => this.#tally.files),
      counter(`${begin}_bytes_total`, `Bytes of files ${done}`, () => this.#tally.bytes),
      counter(`${begin}_records_total`, 'Records that went over the wire', () => wire('records')),
      counter(`${begin}_wire_bytes_total`, 'Bytes of these, before compression', () => wire('wireBytes')),
      gauge(
        `${begin}_last_success_timestamp_seconds`,
        `When the last file was ${done}`,
        () => this.#tally.lastSuccess,
      ),
    ];
  }

  #ofNow(begin: string): readonly Figure[] {
    return [
      gauge(
        `${begin}_info`,
        'What runs, as labels',
        () => (this.#tally.started === undefined ? undefined : [[infoOf(this.#tally.started), 1]]),
        ['name', 'topic'],
      ),
      gauge(`${begin}_running`, '0 between two runs of a schedule', () => Number(this.#state !== 'idle')),
      gauge(`${begin}_open_files`, 'Files that wait or are under way', () =>
        this.#now((progress) => progress.filesOpen),
      ),
      gauge(`${begin}_open_bytes`, 'Bytes of these that are still to go', () =>
        this.#now(({ bytesTotal, bytesDone }) => bytesTotal - bytesDone),
      ),
      gauge(`${begin}_oldest_open_seconds`, 'How long the oldest of these has been known', () =>
        this.#now(({ oldestOpen }) => (oldestOpen === undefined ? 0 : (Date.now() - oldestOpen) / 1000)),
      ),
      ...(begin === 'sluice_upload'
        ? [heldUp(() => this.#now((progress) => Number(progress.heldUp ?? 0)))]
        : []),
      gauge(`${begin}_waiting`, '1 for what holds the work up', () => this.#tally.waits.figures, ['on']),
    ];
  }

  /** Of what a run has told; while one begins nobody knows, and between two of them nothing is open. */
  #now(value: (progress: ProgressEvent) => number): number | undefined {
    const { progress } = this.#tally;
    if (progress !== undefined) return value(progress);
    return this.#state === 'idle' ? 0 : undefined;
  }

  #ofFailures(begin: string): readonly Figure[] {
    const reasons = begin === 'sluice_upload' ? ['not-sent', 'not-removed', 'deletions-refused'] : failures;
    return [
      counter(
        `${begin}_failures_total`,
        'What did not make it, by why',
        () => reasons.map((reason) => [{ reason }, this.#tally.failures.get(reason) ?? 0] as const),
        ['reason'],
      ),
      gauge(
        `${begin}_parked_files`,
        `Files that did not make it so far, ${parkedLimit} at the most`,
        () => this.#tally.parked.size,
      ),
    ];
  }
}

function heldUp(value: Figure['value']): Figure {
  return gauge('sluice_upload_walk_held_up', '1 while so many wait that the source may have more', value);
}

function infoOf({ name, topic }: StartedEvent): Readonly<Record<string, string>> {
  return { name, topic };
}
