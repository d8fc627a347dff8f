/** Requests that write, one try each: what is sent has a checksum, and what comes back is compared. */
import { randomBytes } from 'node:crypto';
import type { Condition, Metadata, ObjectLook, ObjectWriter, StandingPart } from '../objects/contract.ts';
import { crc32cText } from '../objects/crc32c-text.ts';
import type { ContentTypeOf } from '../objects/sink/content-type.ts';
import { SpoiltFault } from '../objects/sink/spoilt-fault.ts';
import { ignoreMissing, isCode, StoreFault } from '../store-fault.ts';
import { ownFolder } from '../target-name.ts';
import type { GcsStore } from './client.ts';
import { askForPage } from './listing.ts';
import { readMedia } from './media.ts';
import { fromGoogle, toGoogle } from './metadata.ts';
import type { Pace } from './pace.ts';
import type { GcsPlace } from './place.ts';
import { type GcsResource, lookFields } from './resource.ts';
import { Session } from './session.ts';
import { SessionAddress } from './session-address.ts';

/** Twenty of the pieces that Google takes. An upload has any number of them. */
const partSize = 5 * 1024 * 1024;
/** What is asked of an object that was written. */
const writtenFields = 'generation,size,crc32c';

/** What an object looked like: only what is to be otherwise is written. */
interface Kept {
  readonly metageneration: string | undefined;
  readonly metadata: Metadata;
}

export class GcsWriter implements ObjectWriter {
  readonly describedAt = 'begin';
  readonly replacesAtOnce = true;
  readonly expiresUploads = true;
  readonly #store: GcsStore;
  readonly #typeOf: ContentTypeOf;
  readonly #pace: Pace;
  /** By names of our own: an address of an upload is a key to it. */
  readonly #sessions = new Map<string, { readonly address: SessionAddress; readonly session: Session }>();

  constructor(store: GcsStore, typeOf: ContentTypeOf, pace: Pace) {
    this.#pace = pace;
    this.#store = store;
    this.#typeOf = typeOf;
  }

  get place(): GcsPlace {
    return this.#store.place;
  }

  get where(): string {
    return `${this.place.bucket}/${this.place.prefix}`;
  }

  partSizeFor(): number {
    return partSize;
  }

  async put(...of: Parameters<ObjectWriter['put']>): Promise<string> {
    const [key, bytes, metadata, condition, served] = of;
    const checksum = crc32cText(bytes);
    const written = { ...this.#written(key, metadata), ...served };
    const described = JSON.stringify({ ...written, crc32c: checksum });
    const boundary = `sluice-${randomBytes(12).toString('hex')}`;
    const type = written.contentType;
    const head = `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${described}\r\n--${boundary}\r\ncontent-type: ${type}\r\n\r\n`;
    await this.#pace.turn(key);
    const resource = await this.#store.json({
      cannot: 'write',
      key,
      method: 'POST',
      path: this.#store.path('/upload/storage/v1', undefined, {
        uploadType: 'multipart',
        fields: writtenFields,
        ifGenerationMatch: generationOf(condition),
      }),
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
      body: [Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)],
      wait: 'sent',
    });
    return this.#agreed(key, resource as GcsResource, checksum, bytes.length);
  }

  async begin(key: string, metadata: Metadata, condition: () => Promise<Condition>): Promise<string> {
    let known = await condition();
    let address: SessionAddress;
    try {
      address = await SessionAddress.begin(this.#store, key, this.#begunWith(key, metadata, known));
    } catch (error) {
      if (!isCode(error, 'ESTALE')) throw error;
      // Another one stands there by now. Whether this one is to replace it is asked at the end.
      const look = await this.look(key);
      known = look === undefined ? 'nothing' : { tag: look.tag };
      address = await SessionAddress.begin(this.#store, key, this.#begunWith(key, metadata, known));
    }
    const id = randomBytes(8).toString('hex');
    const session = new Session({
      condition: known,
      partSize,
      shown: this.#store.shown(key),
      send: (range, body, checksum) => address.put(range, body, checksum),
    });
    this.#sessions.set(id, { address, session });
    return id;
  }

  async part(key: string, upload: string, number: number, bytes: Uint8Array): Promise<StandingPart> {
    try {
      await this.#open(key, upload).session.take(number, bytes);
    } catch (error) {
      // It can never be an object on the condition that it was begun with.
      if (isCode(error, 'ESTALE')) throw this.#ended(key, error);
      throw error;
    }
    return { number, tag: '', checksum: undefined };
  }

  async hasEnded(_: string, upload: string): Promise<boolean> {
    const open = this.#sessions.get(upload);
    if (open === undefined) return true;
    try {
      await open.address.put('bytes */*', new Uint8Array(0));
      return false;
    } catch (error) {
      return isCode(error, 'ENOENT');
    }
  }

  async complete(
    key: string,
    upload: string,
    _: readonly StandingPart[],
    condition: Condition,
  ): Promise<string> {
    const { session } = this.#open(key, upload);
    // Google was told when it was begun, and is not told again.
    if (!isSame(condition, session.condition)) throw this.#ended(key);
    const resource = await session.finish();
    const tag = this.#agreed(key, resource, session.checksum, session.total);
    this.#sessions.delete(upload);
    return tag;
  }

  /** What another run left has no name here: Google lists no uploads, and ends each after a week. */
  async abort(_: string, upload: string): Promise<void> {
    await this.#sessions.get(upload)?.address.abort();
    this.#sessions.delete(upload);
  }

  async openUploads(): Promise<readonly string[]> {
    return [];
  }

  async rewrite(key: string, { tag, kept }: Omit<ObjectLook, 'metadata'>, metadata: Metadata): Promise<void> {
    const { metageneration, metadata: stood } = (kept ?? {}) as Partial<Kept>;
    const changed = Object.entries(metadata).filter(([name, value]) => stood?.[name] !== value);
    await this.#store.json({
      cannot: 'write the metadata of',
      key,
      method: 'PATCH',
      path: this.#store.path('/storage/v1', key, {
        fields: 'generation',
        ifGenerationMatch: tag,
        ifMetagenerationMatch: metageneration,
      }),
      headers: { 'content-type': 'application/json' },
      body: [Buffer.from(JSON.stringify({ metadata: toGoogle(Object.fromEntries(changed)) }))],
    });
  }

  async look(key: string): Promise<ObjectLook | undefined> {
    try {
      const path = this.#store.path('/storage/v1', key, { fields: lookFields });
      const resource = await this.#store.json({ cannot: 'look at', key, method: 'GET', path });
      const {
        generation = '',
        size = '0',
        metageneration,
        timeCreated,
        metadata: said,
      } = resource as GcsResource;
      const written = timeCreated === undefined ? undefined : Date.parse(timeCreated);
      const metadata = fromGoogle(said);
      const kept: Kept = { metageneration, metadata };
      return { tag: generation, size: Number(size), metadata, written, kept };
    } catch (error) {
      ignoreMissing(error);
      return undefined;
    }
  }

  async *read(key: string, tag: string | undefined): AsyncGenerator<Uint8Array> {
    const { answer, size } = await readMedia(this.#store, key, tag);
    let left = size;
    try {
      for await (const bytes of answer) {
        left -= (bytes as Uint8Array).length;
        yield bytes as Uint8Array;
      }
    } catch (error) {
      throw this.#store.meaning(error, 'read', key);
    } finally {
      answer.destroy();
    }
    if (left !== 0) throw this.#store.meaning(new Error('the answer was aborted'), 'read', key);
  }

  async list(prefix: string): Promise<readonly string[]> {
    const { items = [] } = await askForPage(this.#store, prefix, 'name', 1000);
    return items.flatMap(({ name }) => name ?? []);
  }

  async remove(key: string): Promise<void> {
    try {
      const path = this.#store.path('/storage/v1', key, {});
      (await this.#store.send({ cannot: 'remove', key, method: 'DELETE', path })).resume();
    } catch (error) {
      ignoreMissing(error);
    }
  }

  close(): void {
    this.#store.close();
  }

  #begunWith(key: string, metadata: Metadata, condition: Condition) {
    return {
      described: this.#written(key, metadata),
      ifGenerationMatch: generationOf(condition),
      fields: writtenFields,
    };
  }

  /** How all that is written is kept, and what it says of itself. */
  #written(key: string, metadata: Metadata) {
    // What is written again and again is none of those that are billed for a least time.
    const isOwn = key.startsWith(`${this.place.prefix}${ownFolder}/`);
    const storageClass = isOwn ? 'STANDARD' : this.#store.options.storageClass;
    const contentType = this.#typeOf(key) ?? 'application/octet-stream';
    const given = { name: key, contentType, metadata: toGoogle(metadata) };
    return storageClass === undefined ? given : { ...given, storageClass };
  }

  #open(key: string, upload: string): { readonly address: SessionAddress; readonly session: Session } {
    const open = this.#sessions.get(upload);
    if (open === undefined) throw this.#ended(key);
    return open;
  }

  #ended(key: string, cause?: unknown): StoreFault {
    const message = `cannot write ${this.#store.shown(key)}: what went up cannot become it any more`;
    return new StoreFault(message, { scope: 'name', code: 'ENOENT', cause });
  }

  /** The generation of what was written, if it is what was sent. */
  #agreed(key: string, resource: GcsResource, checksum: string, length: number): string {
    const { generation = '', crc32c = checksum, size = String(length) } = resource;
    if (crc32c === checksum && size === String(length)) return generation;
    const message = `${this.#store.shown(key)} arrived with other bytes than were sent (CRC32C ${crc32c}, ${size} bytes; and not ${checksum}, ${length} bytes)`;
    throw new SpoiltFault(message, generation);
  }
}

function generationOf(condition: Condition): string | undefined {
  return condition === 'nothing' ? '0' : condition?.tag;
}

function isSame(one: Condition, other: Condition): boolean {
  return generationOf(one) === generationOf(other);
}
