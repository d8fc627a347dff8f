/**
 * A bucket as a sink. Bytes go up in parts as they come, and are one object when they were verified; each object says itself what it is.
 */
import { randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm } from '../../../records/checksum.ts';
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
} from '../../contract.ts';
import type { Notices } from '../../notices.ts';
import type { SharedSink } from '../../shared-sink.ts';
import { VanishedError } from '../../vanished.ts';
import type { Metadata, ObjectWriter } from '../contract.ts';
import { Flights } from './flights.ts';
import type { GroupClaims } from './group-claims.ts';
import type { GroupPlace } from './group-place.ts';
import type { ObjectJournal } from './journal.ts';
import { journalName } from './journal-content.ts';
import { abortFormer } from './leftovers.ts';
import {
  fullMetadata,
  metadataOf,
  ofMember,
  publishedOf,
  timeOf,
  uploadOf,
  withPublished,
} from './metadata.ts';
import { digestOfObject } from './one-object.ts';
import { PartBuffers } from './part-buffers.ts';
import { prove } from './prove.ts';
import { Putting } from './putting.ts';
import { Standing } from './standing.ts';
import { ObjectUpload } from './upload.ts';

/** Bytes of parts that are on their way at once. */
const flightBytes = 15 * 1024 * 1024;

/** What a sink is made of. */
export interface ObjectSinkParts {
  readonly objects: ObjectWriter;
  readonly journal: ObjectJournal;
  readonly notices: Notices;
  /** As it was proven. */
  readonly keepsConditions: boolean;
  /** The keys of all sinks' own things, and of this one's. */
  readonly own: string;
  readonly folder: string;
  /** Of a group's member. */
  readonly place?: GroupPlace;
  readonly shared?: GroupClaims;
}

export class ObjectSink implements Sink {
  readonly place: string;
  readonly caseInsensitive = false;
  readonly abilities: SinkAbilities;
  readonly #parts: ObjectSinkParts;
  readonly #standing: Standing;
  readonly #putting: Putting;
  /** What objects that we put in place say besides. */
  readonly #by: Metadata;
  readonly #flights = new Flights(flightBytes);
  readonly #buffers: PartBuffers;
  readonly #uploads = new Map<string, ObjectUpload>();
  /** Ended, and perhaps still remembered as open. */
  readonly #gone = new Set<string>();
  #checks = 0;

  constructor(parts: ObjectSinkParts) {
    this.#parts = parts;
    const { objects } = parts;
    this.place = objects.place.url;
    this.abilities = {
      writes: 'in-order',
      names: objects.names ?? 'posix',
      memoryFor: (size) => Math.min(size, objects.partSizeFor(size)),
    };
    this.#buffers = new PartBuffers(objects.partSizeFor(0));
    const keyOf = (target: string): string => this.#key(target);
    this.#standing = new Standing({ ...parts, keyOf });
    const member = parts.shared && randomBytes(8).toString('hex');
    this.#by = member === undefined ? {} : ofMember(member);
    this.#putting = new Putting({ objects, standing: this.#standing, keyOf, member });
  }

  get id(): string {
    return (this.#parts.place ?? this.#parts.journal).id;
  }

  get isCopy(): boolean {
    return (this.#parts.place ?? this.#parts.journal).isCopy;
  }

  get shared(): SharedSink | undefined {
    return this.#parts.shared;
  }

  async published(target: string): Promise<Published | undefined> {
    const look = await this.#standing.look(target, 'published');
    return look === undefined ? undefined : publishedOf(look.metadata, look.size);
  }

  async newest(target: string): Promise<string | undefined> {
    const look = await this.#standing.look(target, 'newest');
    return look === undefined ? undefined : uploadOf(look.metadata);
  }

  async digestOfTarget(target: string, algorithm: string, size?: number): Promise<string | undefined> {
    const look = await this.#standing.look(target, 'digest');
    if (look === undefined || (size ?? look.size) !== look.size) return undefined;
    const said = publishedOf(look.metadata, look.size)?.digest;
    if (said?.startsWith(`${algorithm}:`)) return said;
    return digestOfObject(this.#parts.objects, this.#key(target), look, algorithm as ChecksumAlgorithm);
  }

  async timeOfTarget(target: string): Promise<string | undefined> {
    const look = await this.#standing.look(target, 'time');
    return look && timeOf(look.metadata, look.written);
  }

  part(upload: string, of?: PartOf): PartFile {
    return {
      write: (bytes, position) => this.#upload(upload, of, position).write(bytes, position),
      read: () => Promise.reject(new TypeError('what is on its way to a bucket cannot be read')),
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
    over: Over = 'anything',
  ): Promise<undefined> {
    const open = this.#uploads.get(upload);
    if ((open?.taken ?? 0) !== published.size)
      throw new VanishedError(`what went up of ${target} is not all that it was`);
    const metadata = { ...fullMetadata(target, look, published), ...this.#by };
    if (open === undefined) return this.publishWhole(new Uint8Array(0), target, look, published, over);
    const condition = await this.#standing.condition(target, over, this.shared && published.upload);
    const done = await this.#putting.unlessOurs(target, published, () => open.finish(condition, metadata));
    if (!(await this.#putting.describe(target, { ...done, size: published.size }, metadata)))
      throw new VanishedError(`${target} is not there, though the store said that it had put it in place`);
    this.#uploads.delete(upload);
    this.#stands(target, published);
    const { journal } = this.#parts;
    const release = (): void => journal.release(upload);
    // Another downloader was quicker with the same upload: ours is left. What cannot be ended now, the next start ends.
    if (done.stood) await open.abort().then(release, () => {});
    else release();
  }

  async publishWhole(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over: Over = 'anything',
  ): Promise<undefined> {
    const metadata = { ...fullMetadata(target, look, published), ...this.#by };
    const condition = await this.#standing.condition(target, over, this.shared && published.upload);
    await this.#putting.unlessOurs(target, published, async () => {
      const tag = await this.#parts.objects.put(this.#key(target), bytes, metadata, condition);
      return { tag, metadata };
    });
    this.#stands(target, published);
  }

  async adopt(target: string, published: Published, look?: FileLook): Promise<void> {
    const compared = await this.#standing.found(target);
    const standing = compared ?? (await this.#parts.objects.look(this.#key(target)));
    if (standing === undefined || standing.size !== published.size) return;
    const metadata =
      look === undefined
        ? withPublished(standing.metadata, target, published)
        : { ...standing.metadata, ...fullMetadata(target, look, published) };
    if (await this.#putting.describe(target, standing, metadata)) this.#stands(target, published);
  }

  quarantine(): Promise<void> {
    return Promise.reject(new TypeError('a bucket keeps nothing aside'));
  }

  async discard(upload: string): Promise<void> {
    await this.clear(upload);
    this.#gone.add(upload);
  }

  async clear(upload: string): Promise<void> {
    await this.#uploads.get(upload)?.abort();
    this.#uploads.delete(upload);
    this.#parts.journal.release(upload);
  }

  async unfinished(): Promise<readonly UnfinishedUpload[]> {
    const { objects, journal, own, folder } = this.#parts;
    await abortFormer(objects, journal.former, async () => {
      const keys = await objects.list(own);
      return keys.filter((key) => key.endsWith(`/${journalName}`) && !key.startsWith(folder));
    });
    journal.forgetFormer();
    return journal.uploads;
  }

  async positions(): Promise<readonly TopicPositions[]> {
    return this.#parts.journal.positions;
  }

  async checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void> {
    const { journal } = this.#parts;
    const gone = [...this.#gone];
    journal.note(uploads, gone, positions);
    for (const upload of gone) this.#gone.delete(upload);
    if (this.shared !== undefined) journal.touch();
    await journal.write();
  }

  async check(): Promise<void> {
    const { objects, folder } = this.#parts;
    await prove(objects, `${folder}check-${this.#checks++}`);
  }

  async freeSpace(): Promise<FreeSpace | undefined> {
    return undefined;
  }

  notices(tell: (message: string) => void): void {
    this.#parts.notices.listen(tell);
  }

  /** What is open is begun anew by the next run: nothing is left of it. */
  async close(): Promise<void> {
    const { journal, objects } = this.#parts;
    const open = [...this.#uploads.keys()];
    try {
      await Promise.all(open.map((upload) => this.clear(upload)));
      if (open.length > 0) await journal.write();
    } catch {
      // The next start finds it.
    } finally {
      objects.close();
    }
  }

  #key(target: string): string {
    return this.#parts.objects.place.prefix + target;
  }

  #upload(upload: string, of: PartOf | undefined, position: number): ObjectUpload {
    const known = this.#uploads.get(upload);
    if (known !== undefined) return known;
    if (of === undefined) throw new TypeError('a bucket has to know what is written');
    if (position > 0) throw new VanishedError(`what went up of ${of.target} was aborted`);
    const { target, size, facts } = of;
    const key = this.#key(target);
    const open = new ObjectUpload({
      objects: this.#parts.objects,
      key,
      size,
      flights: this.#flights,
      buffers: this.#buffers,
      metadata: () => {
        const known = facts?.();
        const said =
          known === undefined
            ? metadataOf(target, upload)
            : fullMetadata(target, known, { upload, size, digest: known.digest });
        return { ...said, ...this.#by };
      },
      condition: () => this.#standing.condition(target),
      claim: async () =>
        this.#parts.objects.expiresUploads ? () => {} : this.#parts.journal.claim(upload, key),
    });
    this.#uploads.set(upload, open);
    return open;
  }

  #stands(target: string, { upload }: Published): void {
    this.#standing.forget(target);
    this.#gone.add(upload);
  }
}
