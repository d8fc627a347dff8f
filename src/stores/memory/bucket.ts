/**
 * A sink in memory that takes bytes as an object store does: in order, into uploads that nobody sees until they are completed, and that a
 * process which is killed leaves behind. A {@link MemoryBucket} outlives the sinks that are opened on it.
 */
import { randomBytes } from 'node:crypto';
import { type ChecksumAlgorithm, digestOf } from '../../records/checksum.ts';
import type {
  FileLook,
  FreeSpace,
  Over,
  PartFile,
  PartOf,
  Published,
  Sink,
  SinkAbilities,
  TopicPositions,
  UnfinishedUpload,
} from '../contract.ts';
import { mergedPositions } from '../merged-positions.ts';
import { ReplacedError } from '../replaced.ts';
import { VanishedError } from '../vanished.ts';

/** What stands under a name. */
export interface MemoryObject extends FileLook {
  readonly bytes: Uint8Array;
  /** Grows with every object that is put in place. */
  readonly version: number;
  /** Undefined where somebody else put it there. */
  readonly published: Published | undefined;
}

/** What stays when a process ends. */
export class MemoryBucket {
  readonly id: string = randomBytes(8).toString('hex');
  readonly objects: Map<string, MemoryObject> = new Map();
  /** Bytes of uploads that are not completed, by their sinks. */
  readonly open: Map<string, Uint8Array[]> = new Map();
  /** Sinks that were opened. */
  sinks = 0;
  uploads: ReadonlyMap<string, UnfinishedUpload> = new Map();
  positions: readonly TopicPositions[] = [];
  /** The most bytes that were open at once. */
  mostOpen = 0;
  #versions = 0;

  put(target: string, bytes: Uint8Array, look: FileLook, published?: Published): void {
    this.objects.set(target, { ...look, bytes, published, version: ++this.#versions });
  }

  noteOpen(): void {
    this.mostOpen = Math.max(this.mostOpen, this.open.size);
  }
}

/** Opens a bucket. */
export class MemoryBucketSink implements Sink {
  readonly place = 'memory';
  readonly isCopy = false;
  readonly caseInsensitive = false;
  readonly abilities: SinkAbilities;
  readonly #bucket: MemoryBucket;
  /** The version that was found under a name last; 0: nothing stood there. */
  readonly #found = new Map<string, number>();
  /** How many bytes were taken of what is open, as far as this sink knows. */
  readonly #taken = new Map<string, number>();
  readonly #gone = new Set<string>();
  readonly #number: number;

  /** `memoryFor`: what an upload is said to need. */
  constructor(bucket: MemoryBucket, memoryFor: (size: number) => number = () => 1) {
    this.#bucket = bucket;
    this.#number = bucket.sinks++;
    this.abilities = { writes: 'in-order', names: 'posix', memoryFor };
  }

  get id(): string {
    return this.#bucket.id;
  }

  async published(target: string): Promise<Published | undefined> {
    return this.#look(target)?.published;
  }

  async newest(target: string): Promise<string | undefined> {
    return this.#look(target)?.published?.upload;
  }

  async digestOfTarget(
    target: string,
    algorithm: ChecksumAlgorithm,
    size?: number,
  ): Promise<string | undefined> {
    const object = this.#look(target);
    if (object === undefined || (size ?? object.bytes.length) !== object.bytes.length) return undefined;
    return digestOf(algorithm, object.bytes);
  }

  async timeOfTarget(target: string): Promise<string | undefined> {
    return this.#look(target)?.mtime;
  }

  part(upload: string, of?: PartOf): PartFile {
    return {
      write: async (bytes, position) => {
        if (of === undefined) throw new TypeError('an object store has to know what is written');
        const taken = this.#mustBeThere(upload);
        if (position !== taken) throw new RangeError(`byte ${position} came after ${taken} bytes`);
        const pieces = this.#bucket.open.get(this.#open(upload)) ?? [];
        this.#bucket.open.set(this.#open(upload), [...pieces, Uint8Array.from(bytes)]);
        this.#bucket.noteOpen();
        this.#taken.set(upload, taken + bytes.length);
      },
      read: () => Promise.reject(new TypeError('what is on its way to an object store cannot be read')),
      sync: async () => {},
      isAsWritten: async () => true,
      close: async () => {},
    };
  }

  async publish(
    upload: string,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<undefined> {
    if (this.#mustBeThere(upload) !== published.size)
      throw new VanishedError(`what was sent of ${target} is not there`);
    const bytes = Buffer.concat(this.#bucket.open.get(this.#open(upload)) ?? []);
    await this.publishWhole(bytes, target, look, published, over);
    this.#end(upload);
  }

  async publishWhole(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over: Over = 'anything',
  ): Promise<undefined> {
    if (over === 'aside') throw new TypeError('an object store keeps nothing aside');
    const standing = this.#bucket.objects.get(target)?.version ?? 0;
    const found = this.#found.get(target) ?? 0;
    this.#found.delete(target);
    if (standing !== found || (over === 'nothing' && standing > 0))
      throw new ReplacedError(`${target} is another one by now`);
    this.#bucket.put(
      target,
      Uint8Array.from(bytes),
      { mtime: look.mtime, mode: look.mode & 0o777 },
      published,
    );
    this.#gone.add(published.upload);
  }

  async adopt(target: string, published: Published): Promise<void> {
    const object = this.#bucket.objects.get(target);
    if (object !== undefined) this.#bucket.put(target, object.bytes, object, published);
  }

  quarantine(): Promise<void> {
    return Promise.reject(new TypeError('an object store keeps nothing aside'));
  }

  async discard(upload: string): Promise<void> {
    this.#end(upload);
    this.#gone.add(upload);
  }

  async clear(upload: string): Promise<void> {
    this.#end(upload);
  }

  async unfinished(): Promise<readonly UnfinishedUpload[]> {
    this.#bucket.open.clear();
    return [...this.#bucket.uploads.values()].map((one) => ({ ...one, ranges: [] }));
  }

  async positions(): Promise<readonly TopicPositions[]> {
    return this.#bucket.positions;
  }

  async checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void> {
    const remembered = new Map(this.#bucket.uploads);
    for (const one of uploads) remembered.set(one.upload, one);
    for (const upload of this.#gone) remembered.delete(upload);
    this.#gone.clear();
    this.#bucket.uploads = remembered;
    this.#bucket.positions = mergedPositions(this.#bucket.positions, positions);
  }

  async check(): Promise<void> {}

  async freeSpace(): Promise<FreeSpace | undefined> {
    return undefined;
  }

  notices(): void {}

  async close(): Promise<void> {}

  #look(target: string): MemoryObject | undefined {
    const object = this.#bucket.objects.get(target);
    this.#found.set(target, object?.version ?? 0);
    return object;
  }

  #open(upload: string): string {
    return `${this.#number}/${upload}`;
  }

  #mustBeThere(upload: string): number {
    const taken = this.#taken.get(upload) ?? 0;
    if (taken > 0 && !this.#bucket.open.has(this.#open(upload)))
      throw new VanishedError(`somebody aborted what was sent of ${upload}`);
    return taken;
  }

  #end(upload: string): void {
    this.#bucket.open.delete(this.#open(upload));
    this.#taken.delete(upload);
  }
}
