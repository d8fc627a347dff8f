/**
 * A sink that is written to in order, behind a folder of this machine: what comes is put there, in any order and of any number of files at
 * once, and goes on to the sink when it was verified. Positions stand at the sink; what is in the folder is known to the folder.
 */
import { algorithmOf, createHasher } from '../../records/checksum.ts';
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
import { Room } from '../room.ts';
import { StoreFault } from '../store-fault.ts';
import { TouchedError } from '../touched.ts';
import { VanishedError } from '../vanished.ts';

/** Bytes that are read from the folder at a time. */
const pieceSize = 1024 * 1024;
/** Files that go on at once, and bytes of memory that those of large parts take there. */
const atOnce = 3;
const memory = 64 * 1024 * 1024;

export class SpilledSink implements Sink {
  readonly abilities: SinkAbilities;
  readonly #sink: Sink;
  readonly #folder: Sink;
  /** Temporary files that somebody touched, which their owners have not heard of. */
  readonly #touched = new Set<string>();
  readonly #room = new Room(memory);
  /** Settles when whoever came last has begun: nobody overtakes one that needs much. */
  #begun: Promise<void> = Promise.resolve();
  #under = 0;

  /** `folder`: a folder that is this sink's alone. Both are closed with it. */
  constructor(sink: Sink, folder: Sink) {
    this.#sink = sink;
    this.#folder = folder;
    this.abilities = { writes: 'anywhere', names: sink.abilities.names, memoryFor: () => 0 };
  }

  get place(): string {
    return this.#sink.place;
  }

  get id(): string {
    return this.#sink.id;
  }

  get isCopy(): boolean {
    return this.#sink.isCopy;
  }

  get caseInsensitive(): boolean {
    return this.#sink.caseInsensitive;
  }

  published(target: string): Promise<Published | undefined> {
    return this.#sink.published(target);
  }

  newest(target: string): Promise<string | undefined> {
    return this.#sink.newest(target);
  }

  digestOfTarget(target: string, algorithm: string, size?: number): Promise<string | undefined> {
    return this.#sink.digestOfTarget(target, algorithm, size);
  }

  timeOfTarget(target: string): Promise<string | undefined> {
    return this.#sink.timeOfTarget(target);
  }

  part(upload: string, of?: PartOf): PartFile {
    const part = this.#folder.part(upload, of);
    return {
      write: (bytes, position) => part.write(bytes, position),
      read: (buffer, position) => part.read(buffer, position),
      sync: () => part.sync(),
      isAsWritten: async () => {
        const isAsWritten = await part.isAsWritten();
        return !this.#touched.delete(upload) && isAsWritten;
      },
      close: () => part.close(),
    };
  }

  async publish(
    upload: string,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<undefined> {
    if (published.size === 0) await this.#sink.publish(upload, target, look, published, over);
    else
      await this.#inTurn(published.size, async () => {
        try {
          // What could not be ended when a former try failed is on its way to nowhere.
          await this.#sink.clear(upload);
          await this.#pass(upload, target, look, published);
          await this.#sink.publish(upload, target, look, published, over);
        } catch (error) {
          // It is passed on anew: what is on its way is read from its first byte to its last.
          await this.#sink.clear(upload).catch(() => {});
          throw error;
        }
      });
    await this.#folder.discard(upload);
  }

  async publishWhole(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<undefined> {
    await this.#sink.publishWhole(bytes, target, look, published, over);
  }

  adopt(target: string, published: Published, look?: FileLook): Promise<void> {
    return this.#sink.adopt(target, published, look);
  }

  async quarantine(upload: string): Promise<void> {
    await this.#folder.part(upload).read(new Uint8Array(1), 0);
    throw new StoreFault('a store keeps nothing aside', { scope: 'name', code: 'EINVAL' });
  }

  async discard(upload: string): Promise<void> {
    this.#touched.delete(upload);
    await this.#sink.discard(upload);
    await this.#folder.discard(upload);
  }

  async clear(upload: string): Promise<void> {
    this.#touched.delete(upload);
    await this.#sink.clear(upload);
    await this.#folder.clear(upload);
  }

  /** What the folder does not have any more begins anew. */
  async unfinished(): Promise<readonly UnfinishedUpload[]> {
    const [atSink, inFolder] = [await this.#sink.unfinished(), await this.#folder.unfinished()];
    const ranges = new Map(inFolder.map((one) => [one.upload, one.ranges]));
    const known = new Set(atSink.map(({ upload }) => upload));
    for (const { upload } of inFolder) if (!known.has(upload)) await this.#folder.discard(upload);
    return atSink.map((one) => ({ ...one, ranges: ranges.get(one.upload) ?? [] }));
  }

  positions(): Promise<readonly TopicPositions[]> {
    return this.#sink.positions();
  }

  /** The folder first: positions say that what is open is there. */
  async checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void> {
    await this.#folder.checkpoint(uploads);
    await this.#sink.checkpoint(uploads, positions);
  }

  async check(): Promise<void> {
    await this.#folder.check();
    await this.#sink.check();
  }

  freeSpace(): Promise<FreeSpace | undefined> {
    return this.#folder.freeSpace();
  }

  notices(tell: (message: string) => void): void {
    this.#sink.notices(tell);
    this.#folder.notices(tell);
  }

  async close(): Promise<void> {
    await this.#sink.close();
    await this.#folder.close();
  }

  /** Hands on what the folder has of a file. Throws TouchedError when somebody else may have changed it, VanishedError when it is another. */
  async #pass(upload: string, target: string, look: FileLook, published: Published): Promise<void> {
    const { size, digest } = published;
    const from = this.#folder.part(upload);
    const end = await from.read(new Uint8Array(2), size - 1);
    if (end !== 1) throw new VanishedError(`the temporary file of ${target} has not ${size} bytes`);
    if (!(await from.isAsWritten())) {
      // Whoever asks has to hear of it: by asking here, nobody would.
      this.#touched.add(upload);
      throw new TouchedError(`somebody may have changed the temporary file of ${target}`);
    }
    const to = this.#sink.part(upload, { target, size, facts: () => ({ ...look, digest }) });
    const hasher = createHasher(algorithmOf(digest));
    const buffer = Buffer.allocUnsafe(Math.min(pieceSize, size));
    for (let at = 0; at < size; ) {
      const length = await from.read(buffer.subarray(0, size - at), at);
      if (length === 0) throw new VanishedError(`the temporary file of ${target} ends at byte ${at}`);
      const bytes = buffer.subarray(0, length);
      hasher.update(bytes);
      await to.write(bytes, at);
      at += length;
    }
    // What was verified was read a second time: a disk may give other bytes then.
    if (hasher.digest() !== digest)
      throw new VanishedError(`the temporary file of ${target} has other bytes than were verified`);
  }

  async #inTurn(size: number, work: () => Promise<void>): Promise<void> {
    // Whoever needs none is waited for too.
    const needed = Math.max(1, this.#sink.abilities.memoryFor(size));
    const begun = this.#begun.then(async () => {
      while (this.#under >= atOnce || !this.#room.take(needed)) await this.#room.freed;
      this.#under += 1;
    });
    this.#begun = begun;
    await begun;
    try {
      await work();
    } finally {
      this.#under -= 1;
      this.#room.give(needed);
    }
  }
}
