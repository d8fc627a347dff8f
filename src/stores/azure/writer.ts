/** Requests that write, one try each: what is sent has a checksum, and a server that finds another one takes nothing. */
import type { BlobHTTPHeaders } from '@azure/storage-blob';
import { asciiMetadata } from '../objects/ascii-metadata.ts';
import type {
  Condition,
  Metadata,
  ObjectLook,
  ObjectWriter,
  Served,
  StandingPart,
} from '../objects/contract.ts';
import type { ContentTypeOf } from '../objects/sink/content-type.ts';
import { ignoreMissing, isCode, StoreFault } from '../store-fault.ts';
import type { NameRules } from '../target-name.ts';
import { AzureBlocks } from './blocks.ts';
import type { AzureStore } from './client.ts';
import { azureCrc64 } from './crc64.ts';
import { tagOf } from './facts.ts';
import { listFolder, listPage } from './listing.ts';
import { azureMetadata, commonMetadata } from './metadata-names.ts';
import { partSizeFor } from './part-size.ts';
import type { AzurePlace } from './place.ts';

export class AzureWriter implements ObjectWriter {
  readonly describedAt = 'end';
  readonly names: NameRules = 'azure';
  readonly replacesAtOnce = true;
  readonly partSizeFor = partSizeFor;
  readonly #store: AzureStore;
  readonly #typeOf: ContentTypeOf;
  readonly #blocks: AzureBlocks;

  constructor(store: AzureStore, typeOf: ContentTypeOf) {
    this.#store = store;
    this.#typeOf = typeOf;
    this.#blocks = new AzureBlocks(store);
  }

  get place(): AzurePlace {
    return this.#store.place;
  }

  get where(): string {
    const { account, place } = this.#store;
    return `${account.name}/${place.container}/${place.prefix}`;
  }

  async put(...of: Parameters<ObjectWriter['put']>): Promise<string> {
    const [key, bytes, metadata, condition, served] = of;
    const options = {
      conditions: conditionsOf(condition),
      metadata: azureMetadata(metadata),
      blobHTTPHeaders: this.#headers(key, served),
      transactionalContentCrc64: azureCrc64(bytes),
    };
    try {
      const { etag } = await this.#store.tell('write', key, (container) =>
        container.getBlockBlobClient(key).upload(bytes, bytes.length, options),
      );
      return tagOf(etag);
    } catch (error) {
      if (condition !== 'nothing' || !isCode(error, 'ESTALE') || (await this.look(key)) !== undefined)
        throw error;
      // Blocks that are in no blob count as one here, though not when a blob is made of blocks.
      return this.#putAsBlock(key, bytes, metadata, condition, served);
    }
  }

  async begin(): Promise<string> {
    return this.#blocks.newUpload();
  }

  part(key: string, upload: string, number: number, bytes: Uint8Array): Promise<StandingPart> {
    return this.#blocks.stage(key, upload, number, bytes);
  }

  /** Nobody can end one, before a blob of that name is written: then its blocks are none any more. */
  async hasEnded(key: string, _upload: string, first?: StandingPart): Promise<boolean> {
    return first !== undefined && !(await this.#blocks.stands(key, first));
  }

  async complete(
    key: string,
    upload: string,
    parts: readonly StandingPart[],
    condition: Condition,
    metadata: Metadata,
    served?: Served,
  ): Promise<string> {
    const options = {
      conditions: conditionsOf(condition),
      metadata: azureMetadata(metadata),
      blobHTTPHeaders: { ...this.#headers(key, served), ...md5Of(metadata) },
    };
    const { etag } = await this.#store.tell('complete', key, (container) =>
      container.getBlockBlobClient(key).commitBlockList(
        parts.map(({ tag }) => tag),
        options,
      ),
    );
    this.#blocks.forget(upload);
    return tagOf(etag);
  }

  /** Azure has no way to remove blocks that are in no blob: nobody sees them, and they are gone after a week. */
  async abort(_key: string, upload: string): Promise<void> {
    this.#blocks.forget(upload);
  }

  /** As {@link abort}: there is nothing to be ended. */
  async openUploads(): Promise<readonly string[]> {
    return [];
  }

  async rewrite(key: string, { tag }: Omit<ObjectLook, 'metadata'>, metadata: Metadata): Promise<void> {
    const what = 'write the metadata of';
    const { etag } = await this.#store.tell(what, key, (container) =>
      container.getBlobClient(key).setMetadata(azureMetadata(metadata), { conditions: { ifMatch: tag } }),
    );
    this.#mandatory(etag, what, key);
  }

  async look(key: string): Promise<ObjectLook | undefined> {
    try {
      const { etag, contentLength, lastModified, metadata } = await this.#store.ask(
        'look at',
        key,
        (container) => container.getBlobClient(key).getProperties(),
      );
      return {
        tag: this.#mandatory(etag, 'look at', key),
        size: contentLength ?? 0,
        metadata: asciiMetadata(commonMetadata(metadata)),
        written: lastModified?.getTime(),
      };
    } catch (error) {
      ignoreMissing(error);
      return undefined;
    }
  }

  async *read(key: string, tag: string | undefined): AsyncGenerator<Uint8Array> {
    const conditions = tag === undefined ? {} : { ifMatch: tag };
    const { readableStreamBody } = await this.#store.ask('read', key, (container) =>
      container.getBlobClient(key).download(0, undefined, { conditions, maxRetryRequests: 0 }),
    );
    try {
      yield* readableStreamBody as AsyncIterable<Buffer>;
    } catch (error) {
      // A connection that breaks off is one that may be tried again.
      throw this.#store.meaning(error, 'read', key);
    }
  }

  async list(prefix: string): Promise<readonly string[]> {
    const { blobs } = await listPage(this.#store, prefix, 1000);
    return blobs.map(({ name }) => name);
  }

  async namesIn(folder: string): Promise<ReadonlySet<string> | undefined> {
    const { blobs, next } = await listFolder(this.#store, folder);
    return next === undefined ? new Set(blobs.map(({ name }) => name)) : undefined;
  }

  async remove(key: string): Promise<void> {
    await this.#store
      .tell('remove', key, (container) => container.getBlobClient(key).delete())
      .catch(ignoreMissing);
  }

  close(): void {
    this.#store.close();
  }

  async #putAsBlock(
    key: string,
    bytes: Uint8Array,
    metadata: Metadata,
    condition: Condition,
    served: Served | undefined,
  ): Promise<string> {
    const upload = await this.begin();
    const parts = bytes.length === 0 ? [] : [await this.part(key, upload, 1, bytes)];
    return this.complete(key, upload, parts, condition, metadata, served);
  }

  /** Every answer about a blob has an ETag; without it somebody answers in the server's place, whatever the status is. */
  #mandatory(etag: string | undefined, cannot: string, key: string): string {
    const tag = tagOf(etag);
    if (tag !== '') return tag;
    const message = `cannot ${cannot} ${this.#store.shown(key)}: what answered is no server of Azure Blob Storage`;
    throw new StoreFault(message, { scope: 'sink', code: 'EAGAIN' });
  }

  #headers(key: string, served: Served | undefined): BlobHTTPHeaders {
    if (served !== undefined)
      return { blobContentType: served.contentType, blobCacheControl: served.cacheControl };
    const type = this.#typeOf(key);
    return type === undefined ? {} : { blobContentType: type };
  }
}

/** Of a blob in blocks Azure takes no MD5 by itself; where the digest of the file is one, it stands where other tools look for it. */
function md5Of({ md5chksum }: Metadata): BlobHTTPHeaders {
  return md5chksum === undefined ? {} : { blobContentMD5: Buffer.from(md5chksum, 'base64') };
}

function conditionsOf(condition: Condition): { readonly ifMatch?: string; readonly ifNoneMatch?: string } {
  if (condition === undefined) return {};
  return condition === 'nothing' ? { ifNoneMatch: '*' } : { ifMatch: condition.tag };
}
