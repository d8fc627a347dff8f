/**
 * Memory of records that are larger than they came: a kilobyte that was fetched may expand to megabytes, and what bounds fetching knows
 * nothing of them. So the next encrypted record is opened when what came of those before it is through.
 */
import type { ConsumedRecord } from '../../kafka/contract.ts';
import type { FileRecord } from '../../records/file-record.ts';

/** Bytes that may be on their way to the sink; one record more has room for itself. */
const most = 16 * 1024 * 1024;

export class ExpandedBytes {
  #bytes = 0;
  #freed: PromiseWithResolvers<void> | undefined;

  /** Settles when there is room; undefined: there is. */
  get room(): Promise<void> | undefined {
    if (this.#bytes < most) return undefined;
    this.#freed ??= Promise.withResolvers();
    return this.#freed.promise;
  }

  /** Counts what a record was expanded to, until the work that it began is through. */
  hold(opened: FileRecord, record: Pick<ConsumedRecord, 'value'>, work: Promise<void>): void {
    const bytes = expandedOf(opened, record.value?.buffer);
    if (bytes === 0) return;
    this.#bytes += bytes;
    const release = (): void => {
      this.#bytes -= bytes;
      if (this.#bytes >= most) return;
      this.#freed?.resolve();
      this.#freed = undefined;
    };
    work.then(release, release);
  }
}

/** Bytes of a record that are not where it came. */
function expandedOf(opened: FileRecord, came: ArrayBufferLike | undefined): number {
  if (opened.kind === 'chunk') return opened.bytes.buffer === came ? 0 : opened.bytes.length;
  if (opened.kind !== 'pack' || opened.files.every(({ bytes }) => bytes.buffer === came)) return 0;
  return opened.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
