/**
 * What a sink remembers in its bucket, in one object for each downloader's name: how far topics were read, which uploads are open, and which
 * uploads in parts are ours. Each write of it goes on the condition that the one before still stands, so that two downloaders of one name find out.
 */
import { randomBytes } from 'node:crypto';
import { ConfigurationError, describeError } from '../../../errors.ts';
import type { ReadRange, TopicPositions, UnfinishedUpload } from '../../contract.ts';
import { mergedPositions } from '../../merged-positions.ts';
import { SinkLostError } from '../../sink-lost.ts';
import { isCode, StoreFault } from '../../store-fault.ts';
import type { ObjectWriter } from '../contract.ts';

/** The end of a journal's key. */
export const journalName = 'journal.json';

/** An upload in parts that was begun, or is about to be; without an id nobody knows whether it was. */
export interface OpenParts {
  readonly key: string;
  readonly id: string | undefined;
}

interface Content {
  readonly version: 1;
  readonly id: string;
  /** Where it was written: elsewhere it is a copy. */
  readonly place: string;
  readonly isCopy?: boolean;
  /** The process that wrote it, and the how manieth time. */
  readonly writer: string;
  readonly serial: number;
  readonly positions: readonly (Omit<TopicPositions, 'partitions'> & {
    readonly partitions: readonly (readonly [number, ReadRange])[];
  })[];
  readonly uploads: readonly UnfinishedUpload[];
  readonly open: readonly OpenParts[];
}

export interface ObjectJournalOptions {
  readonly objects: ObjectWriter;
  readonly key: string;
  /** The downloader's name. */
  readonly reader: string;
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
  /** Changed since it was written last. */
  #isDirty = false;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(options: ObjectJournalOptions, tag: string | undefined, content: Content | undefined) {
    this.#options = options;
    this.#tag = tag;
    this.#id = content?.id ?? randomBytes(8).toString('hex');
    this.#isCopy = content?.isCopy ?? false;
    this.#positions = (content?.positions ?? []).map((one) => ({
      ...one,
      partitions: new Map(one.partitions),
    }));
    // JSON leaves out what is undefined.
    this.#uploads = new Map(content?.uploads.map((one) => [one.upload, { ...one, close: one.close }]));
    this.#open = new Map(content?.open.map((one, index) => [`former ${index}`, one]));
    if (content !== undefined && content.place !== options.objects.where) this.#becomeCopy();
  }

  /** Reads what an earlier run left, or begins a new one; it stands in the bucket then. */
  static async open(options: ObjectJournalOptions): Promise<ObjectJournal> {
    const found = await readJournal(options.objects, options.key);
    if (found?.isNewer)
      throw new ConfigurationError(
        `what ${options.objects.place.url} remembers was written by a newer release: use that one, or another --name`,
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
    const text = JSON.stringify(this.#content());
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

  #content(): Content {
    return {
      version: 1,
      id: this.#id,
      place: this.#options.objects.where,
      ...(this.#isCopy ? { isCopy: true } : {}),
      writer: this.#writer,
      serial: this.#serial,
      positions: this.#positions.map((one) => ({ ...one, partitions: [...one.partitions] })),
      uploads: [...this.#uploads.values()],
      open: [...this.#open.values()],
    };
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

/** What stands there. One without a content that can be read says nothing. */
export interface FoundJournal {
  readonly tag: string;
  readonly content: Content | undefined;
  /** It says more than this release knows. */
  readonly isNewer: boolean;
}

/** Undefined when there is none. */
export async function readJournal(objects: ObjectWriter, key: string): Promise<FoundJournal | undefined> {
  const look = await objects.look(key);
  if (look === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of objects.read(key, look.tag)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (bytes.length !== look.size)
    throw new StoreFault(`${objects.place.url} gave ${bytes.length} of ${look.size} bytes of its journal`, {
      scope: 'sink',
      code: 'EAGAIN',
    });
  const { tag } = look;
  const content = contentOf(bytes.toString());
  if (content === undefined || content.version === 1) return { tag, content, isNewer: false };
  return { tag, content: undefined, isNewer: content.version > 1 };
}

function contentOf(text: string): (Content & { readonly version: number }) | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null ? (content as Content) : undefined;
  } catch {
    return undefined;
  }
}
