/** Whether a stream on its topic has lost anything: its numbers, by FORMAT.md, "Live media". Pure. */
import type { LiveRecord } from '../../src/records/live-record.ts';

export class LiveAccount {
  epochs = 0;
  records = 0;
  /** Numbers of the sequence that never came. */
  missing = 0;
  /** Records that came again, or of an epoch that was over: readers drop them. */
  dropped = 0;
  /** Segments that were given up by the publisher, which says so (past the bound of its spool). */
  gaps = 0;
  /** Times that a media sequence number went back. */
  wentBack = 0;
  /** The programme was ended in good order. */
  hasEnded = false;
  #epoch = -1;
  #next = 0;
  #media = -1;

  /** Takes the stream's records in their order. */
  take(record: LiveRecord): void {
    this.records += 1;
    if (record.epoch > this.#epoch) {
      this.#epoch = record.epoch;
      this.#next = 0;
      this.epochs += 1;
    }
    if (record.epoch < this.#epoch || record.sequence < this.#next) {
      this.dropped += 1;
      return;
    }
    this.missing += record.sequence - this.#next;
    this.#next = record.sequence + 1;
    if (record.media < this.#media) this.wentBack += 1;
    this.#media = Math.max(this.#media, record.media);
    if (record.kind === 'gap') this.gaps += 1;
    this.hasEnded = record.kind === 'end';
  }
}
