/**
 * The journal of an exported place: blocks of lines, of which the last grows. Whoever appends says what he has read, so that several exporters
 * make one list; media stand before their line, and playlists are made of what stands here (ADR 280).
 */
import { ConfigurationError, FormatError } from '../../errors.ts';
import type { IndexEntry, IndexedEnd } from '../../records/live-index.ts';
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { isCode } from '../../stores/store-fault.ts';
import { Catalogue, type Epoch, lineOf, mustGoOn, type NewSegment, readBlock } from './catalogue.ts';
import { decodeHead, encodeHead, type Head, mustSuit, type Wished } from './head.ts';
import { blockName, headName, manifestName, multivariantName, own } from './layout.ts';
import { readWhole } from './whole-object.ts';

/** Segments of a block: what one line more costs to write does not grow with the programme. */
const blockSize = 256;

export interface JournalOptions {
  readonly store: PlainStore;
  readonly patiently: Patiently;
  readonly wished: Wished;
  readonly blockSize?: number;
}

interface Block {
  readonly number: number;
  /** Undefined: nothing stands there. */
  readonly tag: string | undefined;
  readonly text: string;
  readonly segments: number;
  readonly epochs: ReadonlyMap<number, Epoch>;
}

export class Journal {
  readonly catalogue: Catalogue;
  readonly #options: JournalOptions;
  #head: { readonly content: Head; readonly tag: string } | undefined;
  /** Those that stand, oldest first; the last one grows. */
  #blocks: Block[] = [];
  /** One at a time. */
  #refreshing: Promise<void> = Promise.resolve();

  private constructor(options: JournalOptions) {
    this.#options = options;
    this.catalogue = new Catalogue(options.wished.stream);
  }

  /** Reads what stands. Throws ConfigurationError where something else than this export does. */
  static async open(options: JournalOptions): Promise<Journal> {
    for (;;) {
      const journal = new Journal(options);
      await journal.#readHead();
      await journal.#readBlocks();
      const first = journal.head?.block;
      if (first === undefined || journal.#blocks.length > 0) return journal;
      // Somebody may have forgotten just that one.
      await journal.#readHead();
      if (journal.head?.block === first) return journal;
    }
  }

  /** Undefined: nothing was begun. */
  get head(): Head | undefined {
    return this.#head?.content;
  }

  /** The programme is over, and nothing of it will be forgotten any more. */
  get isClosed(): boolean {
    return this.catalogue.end !== undefined && this.head?.closed === true;
  }

  /** Blocks that stand: their numbers, and how many segments each has. */
  get blocks(): readonly Pick<Block, 'number' | 'segments'>[] {
    return this.#blocks;
  }

  /** Says of what kind the place is, unless somebody did. Throws ConfigurationError where that does not suit, or playlists stand that are not ours. */
  async begin(head: Head): Promise<void> {
    if (this.#head !== undefined) return;
    await this.#mustBeFree();
    if (this.#head === undefined && !(await this.#writeHead(head))) await this.#readHead();
  }

  async #mustBeFree(): Promise<void> {
    const { store, patiently } = this.#options;
    for (const name of [multivariantName, manifestName]) {
      if ((await patiently(() => store.look(store.place.prefix + name))) === undefined) continue;
      // Another exporter has put its head before it.
      await this.#readHead();
      if (this.#head !== undefined) return;
      throw new ConfigurationError(
        `${store.place.url} has a file ${name} that no export has begun: choose another place, or remove it`,
      );
    }
  }

  /** Whether the place keeps conditions: what stands is not replaced where nothing was to stand. With a head alone. */
  async keepsConditions(): Promise<boolean> {
    const { store } = this.#options;
    const head = this.#head;
    if (head === undefined || !store.replacesAtOnce) return false;
    this.#head = undefined;
    const isReplaced = await this.#writeHead(head.content);
    if (!isReplaced) this.#head = head;
    return !isReplaced;
  }

  /** Changes the head, as long as `change` wants it: undefined leaves it. */
  async changeHead(change: (head: Head) => Head | undefined): Promise<void> {
    for (;;) {
      const changed = this.head && change(this.head);
      if (changed === undefined || (await this.#writeHead(changed))) break;
      await this.#readHead();
    }
    this.#forgetBlocks();
  }

  /** Appends what is not there yet, in order. False: it does not go on where others have come to; then nothing more was appended. */
  async append(news: readonly NewSegment[], end?: IndexedEnd): Promise<boolean> {
    for (;;) {
      const { last, end: over } = this.catalogue;
      if (over !== undefined) return true;
      const rest = news.filter(({ segment }) => last === undefined || segment.media > last.media);
      if (rest.length === 0 && end === undefined) return true;
      if (last !== undefined && (rest[0]?.segment.media ?? last.media + 1) !== last.media + 1) return false;
      await this.#appendSome(rest, end);
    }
  }

  /** Reads what others have appended and forgotten, from now on. Throws OutpacedError where nothing that is known here stands any more. */
  refresh(): Promise<void> {
    const refreshed = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = refreshed.catch(() => {});
    return refreshed;
  }

  async #refresh(): Promise<void> {
    await this.#readHead();
    const known = this.#blocks.at(-1)?.number;
    if (known !== undefined && known < (this.head?.block ?? 0)) throw new OutpacedError();
    this.#forgetBlocks();
    const newest = this.#blocks.pop();
    if (newest !== undefined) this.#blocks.push(await this.#readOn(newest));
    await this.#readBlocks();
  }

  async #appendSome(news: readonly NewSegment[], end: IndexedEnd | undefined): Promise<void> {
    const { store, patiently, blockSize: most = blockSize } = this.#options;
    const newest = this.#blocks.at(-1) ?? emptyBlock(this.head?.block ?? 0);
    const grows = newest.segments < most ? newest : emptyBlock(newest.number + 1);
    const taken = news.slice(0, most - grows.segments);
    const epochs = new Map(grows.epochs);
    const items: (IndexEntry | Epoch)[] = taken.flatMap((one) => {
      const epoch = this.catalogue.epochWith(one, epochs.get(one.segment.epoch));
      if (epoch !== undefined) epochs.set(epoch.epoch, epoch);
      return [...(epoch === undefined ? [] : [epoch]), one.segment];
    });
    if (end !== undefined && taken.length === news.length) items.push(end);
    const text = grows.text + items.map(lineOf).join('');
    const condition = grows.tag === undefined ? 'nothing' : { tag: grows.tag };
    try {
      const key = store.place.prefix + blockName(grows.number);
      const tag = await patiently(() => store.put(key, Buffer.from(text), {}, condition, own));
      if (grows === newest) this.#blocks.pop();
      this.#blocks.push({ ...grows, tag, text, segments: grows.segments + taken.length, epochs });
      for (const item of items) this.catalogue.add(item);
    } catch (error) {
      // Somebody else has appended; or we have, and never heard of it.
      if (!isReplaced(error)) throw error;
      await this.refresh();
    }
  }

  async #readBlocks(): Promise<void> {
    const { blockSize: most = blockSize } = this.#options;
    for (;;) {
      const newest = this.#blocks.at(-1);
      if (newest !== undefined && newest.segments < most) return;
      const next = await this.#readOn(
        emptyBlock(newest === undefined ? (this.head?.block ?? 0) : newest.number + 1),
      );
      if (next.tag === undefined) return;
      this.#blocks.push(next);
    }
  }

  /** A block as it stands now; what is new of it is in the catalogue. */
  async #readOn(known: Block): Promise<Block> {
    const { store, patiently, wished } = this.#options;
    const name = blockName(known.number);
    const standing = await readWhole(store, patiently, name);
    const text = standing?.bytes.toString() ?? '';
    const shown = `${store.place.url}/${name}`;
    if (!text.startsWith(known.text))
      throw new ConfigurationError(
        `${shown} is not what it was: somebody else changes it; export to another place`,
      );
    const items = this.#understood(shown, () => {
      const read = readBlock(wished.stream, text.slice(known.text.length), shown);
      mustGoOn(this.catalogue.last?.media, read, shown);
      return read;
    });
    const epochs = new Map(known.epochs);
    let { segments } = known;
    for (const item of items) {
      this.catalogue.add(item);
      if (!('kind' in item)) epochs.set(item.epoch, item);
      else if (item.kind === 'segment') segments += 1;
    }
    return { number: known.number, tag: standing?.tag, text, segments, epochs };
  }

  async #readHead(): Promise<void> {
    const { store, patiently, wished } = this.#options;
    const standing = await readWhole(store, patiently, headName);
    if (standing === undefined) return;
    const shown = `${store.place.url}/${headName}`;
    const content = this.#understood(shown, () => decodeHead(standing.bytes, shown));
    mustSuit(content, wished, store.place.url);
    this.#head = { content, tag: standing.tag };
  }

  /** False: another one stands there than was read. */
  async #writeHead(content: Head): Promise<boolean> {
    const { store, patiently } = this.#options;
    const condition = this.#head === undefined ? 'nothing' : { tag: this.#head.tag };
    try {
      const key = store.place.prefix + headName;
      const tag = await patiently(() => store.put(key, encodeHead(content), {}, condition, own));
      this.#head = { content, tag };
      return true;
    } catch (error) {
      if (!isReplaced(error)) throw error;
      return false;
    }
  }

  #forgetBlocks(): void {
    const gone = this.#blocks.findIndex(({ number }) => number >= (this.head?.block ?? 0));
    const forgotten = this.#blocks.splice(0, Math.max(0, gone));
    this.catalogue.forget(forgotten.reduce((sum, { segments }) => sum + segments, 0));
  }

  #understood<T>(shown: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      throw new ConfigurationError(`${shown} is of no export that this version knows: choose another place`, {
        cause,
      });
    }
  }
}

/** Others have gone on, and forgotten all that this one knows: it was held up for that long, and is to read anew. */
export class OutpacedError extends Error {
  override name = 'OutpacedError';
}

/** Another one stands there than the condition said, or none any more. */
export function isReplaced(error: unknown): boolean {
  return isCode(error, 'ESTALE') || isCode(error, 'ENOENT');
}

function emptyBlock(number: number): Block {
  return { number, tag: undefined, text: '', segments: 0, epochs: new Map() };
}
