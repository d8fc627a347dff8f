/**
 * The journal of an exported place as a server reads it: from its end back, as far as anybody may go, and then what is appended. What is damaged
 * costs what lies before it, or behind it, and is told.
 */
import { FormatError } from '../../errors.ts';
import type { IndexedEnd, IndexedSegment } from '../../records/live-index.ts';
import type { Targets } from '../../records/live-record.ts';
import type { Epoch } from '../export/catalogue.ts';
import { decodeHead, type Head } from '../export/head.ts';
import { blockName, headName } from '../export/layout.ts';
import {
  goesOn,
  isSame,
  largestBlock,
  mostBlocks,
  type PlacedBlock,
  parseBlock,
  strange,
} from './placed-block.ts';

/** What a place has of a stream, as far back as is of interest. */
export interface Placed {
  readonly targets: Targets;
  /** By rising number without a hole; the same array until something has changed. One at least. */
  readonly segments: readonly IndexedSegment[];
  /** Of the epochs that these have. */
  readonly epochs: ReadonlyMap<number, Epoch>;
  /** The programme is over. */
  readonly end: IndexedEnd | undefined;
  /** Nothing will change any more. */
  readonly isClosed: boolean;
}

/** Below one place; each throws what keeps it from being answered. */
export interface PlacedObjects {
  read(name: string, most: number): Promise<Buffer | undefined>;
  has(name: string): Promise<boolean>;
  shown(name: string): string;
}

/** Bytes of journals that are held, of all places together. */
export interface JournalRoom {
  readonly most: number;
  used: number;
}

export interface PlacedJournalOptions {
  readonly stream: string;
  readonly objects: PlacedObjects;
  /** Microseconds before its newest segment that are of interest. */
  readonly rewind: number;
  readonly room: JournalRoom;
}

/** Bytes: one has some 150. */
const largestHead = 64 * 1024;

export class PlacedJournal {
  readonly #options: PlacedJournalOptions;
  #blocks: readonly PlacedBlock[] = [];
  #placed: Placed | undefined;
  #trouble: string | undefined;
  #generation = 0;

  constructor(options: PlacedJournalOptions) {
    this.#options = options;
  }

  /** Undefined: nothing of this stream stands there. */
  get placed(): Placed | undefined {
    return this.#placed;
  }

  /** Another one each time when what stands there is not what stood there: names may mean other bytes then. */
  get generation(): number {
    return this.#generation;
  }

  /** What is not as it should be, as of the last look. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Reads what is new. Throws what keeps the store from answering; what it answers that is no journal is {@link trouble}. */
  async refresh(): Promise<void> {
    this.#trouble = undefined;
    const head = await this.#tolerate(() => this.#readHead());
    if (head?.stream === this.#options.stream) this.#show(head, await this.#read(head));
    // What stands there now is none, or of another stream.
    else this.clear();
  }

  /** Nothing of it is held any more. */
  clear(): void {
    if (this.#placed !== undefined) this.#generation += 1;
    this.#options.room.used -= bytesOf(this.#blocks);
    this.#blocks = [];
    this.#placed = undefined;
  }

  async #readHead(): Promise<Head | undefined> {
    const { objects } = this.#options;
    const bytes = await objects.read(headName, largestHead);
    const head = bytes && decodeHead(bytes, objects.shown(headName));
    if (head !== undefined && head.block >= mostBlocks) throw strange(objects.shown(headName));
    return head;
  }

  async #read(head: Head): Promise<readonly PlacedBlock[]> {
    const known = this.#blocks.filter(({ number }) => number >= head.block);
    const newest = known.pop();
    const grown = newest && (await this.#grown(newest));
    if (newest !== undefined && grown === undefined) {
      this.#generation += 1;
      known.length = 0;
    }
    const first = grown ?? (await this.#newest(head.block));
    if (first === undefined) return [];
    return this.#backwards(await this.#onwards([...known, first]), head.block);
  }

  /** The block as it stands now; what of it is known stays the same objects. Undefined: it is another one. */
  async #grown(known: PlacedBlock): Promise<PlacedBlock | undefined> {
    const now = await this.#tolerate(() => this.#block(known.number));
    if (now === undefined) return this.#trouble === undefined ? undefined : known;
    const { segments } = known;
    if (!isSame(now.segments[segments.length - 1], segments.at(-1))) return undefined;
    return { ...now, segments: [...segments, ...now.segments.slice(segments.length)] };
  }

  /** Whoever was away for long leaves behind what lies too far back by now, or finds no room, as it goes. */
  async #onwards(begun: readonly PlacedBlock[]): Promise<readonly PlacedBlock[]> {
    const { rewind, room } = this.#options;
    const others = room.used - bytesOf(this.#blocks);
    const blocks = [...begun];
    const isTooMuch = (newest: number): boolean =>
      blocks[0]!.segments.at(-1)!.captured < newest - rewind || others + bytesOf(blocks) > room.most;
    for (;;) {
      const { number, segments } = blocks.at(-1)!;
      const next = await this.#beside(number + 1, (one) => goesOn(segments.at(-1)!, one.segments[0]!));
      if (next === undefined) return blocks;
      blocks.push(next);
      while (blocks.length > 1 && isTooMuch(next.segments.at(-1)!.captured)) blocks.shift();
    }
  }

  /** As far back as anybody may go, as there is room, and as what stands there goes on in what follows. */
  async #backwards(found: readonly PlacedBlock[], least: number): Promise<readonly PlacedBlock[]> {
    const { rewind, room, objects } = this.#options;
    const others = room.used - bytesOf(this.#blocks);
    const before: PlacedBlock[] = [];
    const newest = found.at(-1)!.segments.at(-1)!;
    let oldest = found[0]!;
    let bytes = bytesOf(found);
    while (oldest.number > least && oldest.segments[0]!.captured >= newest.captured - rewind) {
      if (others + bytes > room.most) break;
      const { number, segments } = oldest;
      const older = await this.#beside(number - 1, (one) => goesOn(one.segments.at(-1)!, segments[0]!));
      // An exporter that forgets has moved on, or something is lost.
      if (older === undefined) this.#trouble ??= strange(objects.shown(blockName(number - 1))).message;
      if (older === undefined) break;
      before.push(older);
      bytes += older.bytes;
      oldest = older;
    }
    return [...before.reverse(), ...found];
  }

  /** A block that joins what is known; undefined where nothing stands there, or nothing that does. */
  #beside(number: number, joins: (block: PlacedBlock) => boolean): Promise<PlacedBlock | undefined> {
    return this.#tolerate(async () => {
      const block = await this.#block(number);
      if (block === undefined || joins(block)) return block;
      throw strange(this.#options.objects.shown(blockName(number)));
    });
  }

  /** The newest of the blocks that stand and follow one another from the first on; the one before it where that is damaged. */
  async #newest(first: number): Promise<PlacedBlock | undefined> {
    const { objects } = this.#options;
    const stands = (number: number): Promise<boolean> => objects.has(blockName(number));
    if (!(await stands(first))) return undefined;
    let [low, high] = [first, first + 1];
    while (high < mostBlocks && (await stands(high))) [low, high] = [high, high + 2 * (high - first)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await stands(middle)) low = middle;
      else high = middle;
    }
    const newest = await this.#tolerate(() => this.#block(low));
    if (newest !== undefined || low === first) return newest;
    return this.#tolerate(() => this.#block(low - 1));
  }

  /** Undefined: nothing stands there, or no segment yet. Throws FormatError for what no exporter writes. */
  async #block(number: number): Promise<PlacedBlock | undefined> {
    if (number >= mostBlocks) return undefined;
    const { objects, stream } = this.#options;
    const name = blockName(number);
    const bytes = await objects.read(name, largestBlock);
    return bytes && parseBlock(stream, number, bytes, objects.shown(name));
  }

  async #tolerate<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#trouble = error.message;
      return undefined;
    }
  }

  #show(head: Head, found: readonly PlacedBlock[]): void {
    const newest = found.at(-1)?.segments.at(-1);
    if (newest === undefined) {
      this.clear();
      return;
    }
    const { room, rewind } = this.#options;
    const least = newest.captured - rewind;
    const first = found.findIndex(({ segments }) => segments.at(-1)!.captured >= least);
    const blocks = found.slice(Math.max(0, first));
    room.used += bytesOf(blocks) - bytesOf(this.#blocks);
    this.#blocks = blocks;
    this.#placed = placedOf(head, blocks, this.#placed);
  }
}

/** The same as before where nothing has changed. */
function placedOf(head: Head, blocks: readonly PlacedBlock[], before: Placed | undefined): Placed {
  const segments = blocks.flatMap((block) => block.segments);
  const { targets, closed: isClosed } = head;
  const { end } = blocks.at(-1)!;
  const isKnown =
    before?.segments.length === segments.length &&
    before.segments[0] === segments[0] &&
    before.segments.at(-1) === segments.at(-1);
  if (isKnown && before.isClosed === isClosed && before.end?.media === end?.media) return before;
  const epochs = blocks.flatMap((block) => block.epochs.map((epoch) => [epoch.epoch, epoch] as const));
  return {
    targets,
    segments: isKnown ? before.segments : segments,
    epochs: new Map(epochs),
    end,
    isClosed,
  };
}

function bytesOf(blocks: readonly PlacedBlock[]): number {
  return blocks.reduce((sum, { bytes }) => sum + bytes, 0);
}
