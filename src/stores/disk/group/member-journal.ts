/** What the member of a group remembers: how far it is, in a journal that the others read, and of names what their records say. */
import type { TopicPositions, UnfinishedUpload } from '../../contract.ts';
import type { GroupPlace } from '../../objects/sink/group-place.ts';
import type { ObjectJournal } from '../../objects/sink/journal.ts';
import type { Noted } from '../journal.ts';
import type { JournalEntry } from '../journal-entry.ts';
import type { SinkJournal } from '../sink-journal.ts';
import type { NameRecords } from './name-records.ts';

export interface MemberJournalParts {
  readonly journal: ObjectJournal;
  readonly place: GroupPlace;
  readonly records: NameRecords;
}

export class MemberJournal implements SinkJournal {
  readonly #parts: MemberJournalParts;
  /** Ended, and perhaps still remembered as open. */
  readonly #gone = new Set<string>();

  constructor(parts: MemberJournalParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.place.id;
  }

  get isCopy(): boolean {
    return this.#parts.place.isCopy;
  }

  published(target: string): JournalEntry | undefined {
    return this.#parts.records.entry(target);
  }

  /** Each name has one spelling. */
  collision(): undefined {
    return undefined;
  }

  noteGone(upload: string): void {
    this.#gone.add(upload);
  }

  unfinished(): UnfinishedUpload[] {
    return [...this.#parts.journal.uploads];
  }

  noted(): Noted {
    return { fresh: [], gone: [...this.#gone] };
  }

  /** What is recorded of a name is so at once. */
  notedOf(): Noted {
    return { fresh: [], gone: [] };
  }

  positions(): TopicPositions[] {
    return [...this.#parts.journal.positions];
  }

  async checkpoint(
    uploads: readonly UnfinishedUpload[],
    { gone }: Noted,
    positions?: TopicPositions,
  ): Promise<void> {
    const { journal } = this.#parts;
    journal.note(uploads, gone, positions);
    for (const upload of gone) this.#gone.delete(upload);
    journal.touch();
    await journal.write();
  }

  async close(): Promise<void> {}
}
