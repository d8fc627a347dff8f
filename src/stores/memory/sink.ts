/**
 * A sink in memory. What a process forgets when it is killed is kept apart from what stays: a {@link MemoryDisk} outlives
 * the sinks that are opened on it, one after the other.
 */
import { digestOf } from '../../records/checksum.ts';
import { asideNames } from '../aside-names.ts';
import type {
  FileLook,
  FreeSpace,
  Over,
  PartFile,
  Published,
  PublishedFile,
  Sink,
  TopicPositions,
  UnfinishedUpload,
} from '../contract.ts';
import { mergedPositions } from '../merged-positions.ts';
import { OtherSpellingError } from '../other-spelling.ts';
import { rangesWithin } from '../ranges-within.ts';
import { ReplacedError } from '../replaced.ts';
import { foldedName } from '../target-name.ts';
import { TouchedError } from '../touched.ts';
import type { RemovedName } from '../tree-names.ts';
import { VanishedError } from '../vanished.ts';
import { writesAnywhere } from '../writes-anywhere.ts';
import type { MemoryDisk } from './disk.ts';
import { systemError } from './system-error.ts';

export { MemoryDisk } from './disk.ts';

/** Opens a disk; what an earlier sink had not remembered is forgotten. */
export class MemorySink implements Sink {
  readonly place = 'memory';
  readonly abilities = writesAnywhere('posix');
  readonly #disk: MemoryDisk;
  readonly #fresh = new Map<string, Published & { readonly mtime: string }>();
  readonly #gone = new Set<string>();
  /** Temporary files that are there, as far as this sink knows. */
  readonly #known = new Set<string>();
  /** Their bytes as this sink left them: who changes some puts others in their place. */
  readonly #left = new Map<string, Uint8Array>();
  /** Somebody else has put other bytes in their place since they were asked about. */
  readonly #touched = new Set<string>();

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  get id(): string {
    return this.#disk.id;
  }

  get isCopy(): boolean {
    return this.#disk.isCopy;
  }

  get caseInsensitive(): boolean {
    return this.#disk.caseInsensitive;
  }

  async published(target: string): Promise<Published | undefined> {
    const entry = this.#fresh.get(target) ?? this.#disk.published.get(target);
    if (entry?.digest === '') return undefined;
    const file = this.#disk.files.get(target);
    if (entry === undefined || file?.bytes.length !== entry.size || file.mtime !== entry.mtime)
      return undefined;
    return { upload: entry.upload, size: entry.size, digest: entry.digest };
  }

  async newest(target: string): Promise<string | undefined> {
    return (this.#fresh.get(target) ?? this.#disk.published.get(target))?.upload;
  }

  async digestOfTarget(
    target: string,
    algorithm: 'md5' | 'sha256' | 'crc64nvme',
    size?: number,
  ): Promise<string | undefined> {
    const file = this.#disk.files.get(target);
    if (file === undefined || (size ?? file.bytes.length) !== file.bytes.length) return undefined;
    return digestOf(algorithm, file.bytes);
  }

  async timeOfTarget(target: string): Promise<string | undefined> {
    return this.#disk.files.get(target)?.mtime;
  }

  async proveAside(): Promise<void> {}

  async openPublished(target: string): Promise<PublishedFile | undefined> {
    const file = this.#disk.files.get(target);
    if (file === undefined) return undefined;
    return {
      read: async (buffer, position) => {
        const bytes = file.bytes.subarray(position, position + buffer.length);
        buffer.set(bytes);
        return bytes.length;
      },
      close: async () => {},
    };
  }

  part(upload: string): PartFile {
    const disk = this.#disk;
    return {
      write: async (bytes, position) => {
        this.#meet(upload, this.#bytesOf(upload));
        disk.write(upload, bytes, position);
        this.#known.add(upload);
        this.#leave(upload);
      },
      read: async (buffer, position) => {
        const bytes = this.#bytesOf(upload).subarray(position, position + buffer.length);
        buffer.set(bytes);
        return bytes.length;
      },
      sync: async () => {
        this.#bytesOf(upload);
      },
      isAsWritten: async () => {
        this.#meet(upload, this.#bytesOf(upload));
        this.#leave(upload);
        return !this.#touched.delete(upload);
      },
      close: async () => {},
    };
  }

  async publish(
    upload: string,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<string | undefined> {
    this.#refuseCollision(target);
    const bytes = this.#bytesOf(upload);
    if (bytes.length !== published.size)
      throw new VanishedError(`somebody changed the temporary file of ${target}`);
    this.#meet(upload, bytes);
    if (this.#touched.has(upload))
      throw new TouchedError(`somebody may have changed the temporary file of ${target}`);
    const kept = this.#meetStanding(target, over);
    this.#disk.place(target, bytes, { mtime: look.mtime, mode: look.mode & 0o777 });
    this.#end(upload);
    this.#note(target, published, look.mtime);
    return kept;
  }

  async publishWhole(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<string | undefined> {
    this.#refuseCollision(target);
    if (bytes.length > this.#disk.free) throw systemError('ENOSPC', 'no space left on device, write');
    const kept = this.#meetStanding(target, over);
    this.#disk.place(target, Uint8Array.from(bytes), { mtime: look.mtime, mode: look.mode & 0o777 });
    this.#note(target, published, look.mtime);
    return kept;
  }

  /** What stands under a name is kept aside, or in the way of what may only stand where nothing does. */
  #meetStanding(target: string, over: Over = 'anything'): string | undefined {
    const file = this.#disk.files.get(target);
    if (file === undefined || over === 'anything') return undefined;
    if (over === 'nothing') throw new ReplacedError(`${target} stands there by now`);
    const before = this.#fresh.get(target);
    if (before !== undefined) this.#disk.published.set(target, before);
    for (const name of asideNames(target)) {
      const other = this.#disk.files.get(name);
      const isSame = other?.mtime === file.mtime && Buffer.compare(other.bytes, file.bytes) === 0;
      if (other !== undefined && !isSame) continue;
      if (other === undefined) this.#disk.place(name, file.bytes, file);
      return name;
    }
    throw new Error('unreachable: there is always another name');
  }

  async adopt(target: string, published: Published): Promise<void> {
    const file = this.#disk.files.get(target);
    if (file !== undefined) this.#note(target, published, file.mtime);
  }

  async remove(target: string, upload: string): Promise<RemovedName> {
    const isAsPublished = (await this.published(target)) !== undefined;
    const stands = this.#disk.files.has(target);
    if (isAsPublished) this.#disk.files.delete(target);
    this.#fresh.set(target, { upload, size: 0, digest: '', mtime: '' });
    return { result: isAsPublished ? 'removed' : stands ? 'other' : 'gone' };
  }

  async quarantine(upload: string, target: string): Promise<void> {
    const bytes = this.#bytesOf(upload);
    if (this.#disk.files.has(target)) throw systemError('EEXIST', `file already exists, '${target}'`);
    this.#disk.place(target, bytes, { mtime: '0', mode: 0o600 });
    this.#forget(upload);
  }

  async discard(upload: string): Promise<void> {
    this.#forget(upload);
  }

  async clear(upload: string): Promise<void> {
    this.#end(upload);
  }

  #end(upload: string): void {
    this.#disk.parts.delete(upload);
    for (const known of [this.#known, this.#left, this.#touched]) known.delete(upload);
  }

  #meet(upload: string, bytes: Uint8Array): void {
    const left = this.#left.get(upload);
    if (left !== undefined && left !== bytes) this.#touched.add(upload);
  }

  #leave(upload: string): void {
    const bytes = this.#disk.parts.get(upload);
    if (bytes !== undefined) this.#left.set(upload, bytes);
  }

  #forget(upload: string): void {
    this.#end(upload);
    this.#gone.add(upload);
  }

  async unfinished(): Promise<readonly UnfinishedUpload[]> {
    for (const upload of this.#disk.parts.keys()) {
      if (!this.#disk.uploads.has(upload)) this.#disk.parts.delete(upload);
    }
    return [...this.#disk.uploads.values()].map((one) => {
      const size = this.#disk.parts.get(one.upload)?.length ?? 0;
      const ranges = rangesWithin(one.ranges, size);
      if (ranges.length > 0) this.#known.add(one.upload);
      return { ...one, ranges };
    });
  }

  async positions(): Promise<readonly TopicPositions[]> {
    return this.#disk.positions;
  }

  async checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void> {
    for (const [target, entry] of this.#fresh) this.#disk.published.set(target, entry);
    for (const one of uploads) this.#disk.uploads.set(one.upload, one);
    for (const upload of this.#gone) this.#disk.uploads.delete(upload);
    this.#fresh.clear();
    this.#gone.clear();
    this.#disk.positions = mergedPositions(this.#disk.positions, positions);
  }

  async check(): Promise<void> {
    if (this.#disk.free < 1) throw systemError('ENOSPC', 'no space left on device, write');
  }

  async freeSpace(): Promise<FreeSpace | undefined> {
    return Number.isFinite(this.#disk.capacity) ? { bytes: this.#disk.free, files: undefined } : undefined;
  }

  notices(): void {}

  async close(): Promise<void> {}

  #bytesOf(upload: string): Uint8Array {
    const bytes = this.#disk.parts.get(upload);
    if (bytes === undefined && this.#known.has(upload))
      throw new VanishedError(`somebody removed the temporary file of ${upload}`);
    return bytes ?? new Uint8Array(0);
  }

  #note(target: string, published: Published, mtime: string): void {
    this.#fresh.set(target, { ...published, mtime });
    this.#gone.add(published.upload);
  }

  #refuseCollision(target: string): void {
    if (!this.caseInsensitive) return;
    const folded = foldedName(target);
    for (const other of this.#disk.files.keys()) {
      if (other === target || foldedName(other) !== folded) continue;
      throw new OtherSpellingError(target, other);
    }
  }
}
