/**
 * What a sink remembers in its bucket, in one object for each downloader's name: how far topics were read, which uploads are open, and which
 * uploads in parts are ours. Each write of it goes on the condition that the one before still stands, so that two downloaders of one name find out.
 */
import { randomBytes } from 'node:crypto';
import { ConfigurationError, describeError } from '../../../errors.ts';
import type { TopicPositions, UnfinishedUpload } from '../../contract.ts';
import { mergedPositions } from '../../merged-positions.ts';
import { SinkLostError } from '../../sink-lost.ts';
import { isCode } from '../../store-fault.ts';
import type { JournalStore } from '../contract.ts';
import { type Content, type GroupName, type OpenParts, readJournal, type Term } from './journal-content.ts';

/** Milliseconds after which a member of a group writes it again, changed or not. */
const touchEvery = 600_000;

export interface ObjectJournalOptions {
  readonly objects: JournalStore;
  readonly key: string;
  /** The downloader's name. */
  readonly reader: string;
  readonly group?: GroupName | undefined;
}

export class ObjectJournal {
  readonly #options: ObjectJournalOptions;
  /** Of this process. */
  readonly #writer = randomBytes(8).toString('hex');
  #tag: string | undefined;
  #id: string;
  #isCopy: boolean;
  #serial = 0;
  #positions: readonly TopicPositions[];
  #uploads: Map<string, UnfinishedUpload>;
  readonly #open: Map<string, OpenParts>;
  #terms: readonly Term[];
  #written = 0;
  /** Nothing stood there before. */
  readonly isNew: boolean;
  /** Changed since it was written last. */
  #isDirty = false;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(options: ObjectJournalOptions, tag: string | undefined, content: Content | undefined) {
    this.#options = options;
    this.#tag = tag;
    this.isNew = tag === undefined;
    this.#id = content?.id ?? randomBytes(8).toString('hex');
    this.#isCopy = content?.isCopy ?? false;
    this.#positions = (content?.positions ?? []).map((one) => ({
      ...one,
      partitions: new Map(one.partitions),
    }));
    // JSON leaves out what is undefined.
    this.#uploads = new Map(content?.uploads.map((one) => [one.upload, { ...one, close: one.close }]));
    this.#open = new Map(content?.open.map((one, index) => [`former ${index}`, one]));
    this.#terms = content?.terms ?? [];
    if (content !== undefined && content.group?.id !== options.group?.id) this.#forgetAll();
    if (content !== undefined && content.place !== options.objects.where) this.#becomeCopy();
  }

  /** Reads what an earlier run left, or begins a new one; it stands in the bucket then. */
  static async open(options: ObjectJournalOptions): Promise<ObjectJournal> {
    const found = await readJournal(options.objects, options.key);
    if (found?.isNewer)
      throw new ConfigurationError(
        `what ${options.objects.place.url} remembers was written by a newer release: use that one, or another --name`,
      );
    const others = found?.content?.group;
    if (others !== undefined && others.name !== options.group?.name)
      throw new ConfigurationError(
        `${options.reader} was a member of group ${others.name} at ${options.objects.place.url}: add --group ${others.name}, or another --name`,
      );
    const journal = new ObjectJournal(options, found?.tag, found?.content);
    journal.#isDirty = true;
    await journal.write();
    return journal;
  }

  get id(): string {
    return this.#id;
  }

  get isCopy(): boolean {
    return this.#isCopy;
  }

  get positions(): readonly TopicPositions[] {
    return this.#positions;
  }

  get uploads(): readonly UnfinishedUpload[] {
    return [...this.#uploads.values()];
  }

  /** Uploads in parts that an earlier run left. */
  get former(): readonly OpenParts[] {
    return [...this.#open].filter(([name]) => name.startsWith('former ')).map(([, parts]) => parts);
  }

  /** They have ended. */
  forgetFormer(): void {
    for (const name of [...this.#open.keys()]) if (name.startsWith('former ')) this.#open.delete(name);
    this.#isDirty = true;
  }

  /** Resolves when it is remembered that an upload in parts to this key is about to be ours. */
  async claim(upload: string, key: string): Promise<(id: string) => void> {
    this.#open.set(upload, { key, id: undefined });
    this.#isDirty = true;
    await this.write();
    return (id) => {
      this.#open.set(upload, { key, id });
      this.#isDirty = true;
    };
  }

  /** The parts of an upload are none any more. */
  release(upload: string): void {
    if (this.#open.delete(upload)) this.#isDirty = true;
  }

  /** These are open, and those are not any more. */
  note(
    uploads: readonly UnfinishedUpload[],
    gone: Iterable<string>,
    positions: TopicPositions | undefined,
  ): void {
    for (const one of uploads) this.#uploads.set(one.upload, { ...one, ranges: [] });
    if (uploads.length > 0) this.#isDirty = true;
    for (const upload of gone) if (this.#uploads.delete(upload)) this.#isDirty = true;
    const merged = mergedPositions(this.#positions, positions);
    if (merged === this.#positions) return;
    this.#positions = merged;
    this.#isDirty = true;
  }

  /** Partitions that are this member's from now on, and those that are not any more: all that it said of them. */
  noteTerms(topic: string, taken: ReadonlyMap<number, number>, left: ReadonlySet<number>): void {
    const isOther = ([id, partition]: Term): boolean =>
      id !== topic || !(taken.has(partition) || left.has(partition));
    const own = [...taken].map(([partition, term]): Term => [topic, partition, term]);
    this.#terms = [...this.#terms.filter(isOther), ...own];
    this.#positions = this.#positions.map((one) =>
      one.topic === topic ? { ...one, partitions: without(one.partitions, left) } : one,
    );
    for (const one of this.#uploads.values()) {
      const seen = one.seen.filter(([partition]) => one.topic !== topic || !left.has(partition));
      if (seen.length === 0) this.#uploads.delete(one.upload);
      else if (seen.length < one.seen.length) this.#uploads.set(one.upload, { ...one, seen });
    }
    this.#isDirty = true;
  }

  /** Who has not written for long is taken for dead. */
  touch(): void {
    if (Date.now() - this.#written > touchEvery) this.#isDirty = true;
  }

  /**
   * Resolves when all that was noted by now stands in the bucket. Whoever calls it while it is written waits for one more. Throws
   * SinkLostError when somebody removed it, ConfigurationError when somebody else writes it too.
   */
  write(): Promise<void> {
    if (this.#writing === undefined) {
      if (!this.#isDirty) return Promise.resolve();
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
      return this.#writing;
    }
    this.#next ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.write();
      });
    return this.#next;
  }

  async #write(): Promise<void> {
    const { objects, key } = this.#options;
    this.#isDirty = false;
    this.#serial += 1;
    this.#written = Date.now();
    const text = JSON.stringify(this.content());
    const condition = this.#tag === undefined ? 'nothing' : { tag: this.#tag };
    try {
      this.#tag = await objects.put(key, Buffer.from(text), {}, condition);
    } catch (error) {
      this.#isDirty = true;
      if (!isCode(error, 'ESTALE') && !isCode(error, 'ENOENT')) throw error;
      await this.#findOut(error);
    }
  }

  /** Another one stands there, or none: it may be our own, whose answer was lost. */
  async #findOut(cause: unknown): Promise<void> {
    const { objects, key, reader } = this.#options;
    const place = objects.place.url;
    const found = await readJournal(objects, key);
    if (found?.content === undefined) {
      const what = found === undefined ? 'was removed' : 'cannot be read any more';
      throw new SinkLostError(`what ${place} remembered ${what} (${describeError(cause)})`, { cause });
    }
    if (found.content.writer === this.#writer) {
      this.#tag = found.tag;
      return this.#write();
    }
    const message = `another downloader of the name ${reader} writes into ${place}: end one of them, or give it another --name`;
    throw new ConfigurationError(message, { cause });
  }

  /** As it is written next. */
  content(): Content {
    const { group } = this.#options;
    return {
      version: group === undefined ? 1 : 2,
      id: this.#id,
      place: this.#options.objects.where,
      ...(this.#isCopy ? { isCopy: true } : {}),
      writer: this.#writer,
      serial: this.#serial,
      positions: this.#positions.map((one) => ({ ...one, partitions: [...one.partitions] })),
      uploads: [...this.#uploads.values()],
      open: [...this.#open.values()],
      ...(group === undefined ? {} : { group, terms: this.#terms, written: this.#written }),
    };
  }

  /** It was a member's of a group that is not any more. What is open in parts is still ours. */
  #forgetAll(): void {
    this.#terms = [];
    this.#positions = [];
    this.#uploads.clear();
  }

  /** All that it says is of another place, which goes on with its own. */
  #becomeCopy(): void {
    this.#id = randomBytes(8).toString('hex');
    this.#isCopy = true;
    this.#open.clear();
    this.#positions = this.#positions.map((one) => {
      const begun = [...one.partitions].map(
        ([partition, { began }]) => [partition, { began, safe: began }] as const,
      );
      return { ...one, partitions: new Map(begun) };
    });
  }
}

function without<T>(entries: ReadonlyMap<number, T>, keys: ReadonlySet<number>): Map<number, T> {
  return new Map([...entries].filter(([key]) => !keys.has(key)));
}
