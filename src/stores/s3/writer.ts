/** Requests that write, one try each: what is sent has a checksum where the store takes one, and what comes back is compared. */
import type { CompletedPart } from '@aws-sdk/client-s3';
import { asciiMetadata } from '../objects/ascii-metadata.ts';
import type {
  Condition,
  Metadata,
  ObjectLook,
  ObjectWriter,
  Served,
  StandingPart,
} from '../objects/contract.ts';
import { crc32cText } from '../objects/crc32c-text.ts';
import type { ContentTypeOf } from '../objects/sink/content-type.ts';
import { SpoiltFault } from '../objects/sink/spoilt-fault.ts';
import { ignoreMissing, isCode, StoreFault } from '../store-fault.ts';
import type { S3Store } from './client.ts';
import { headersOf, isNamed } from './conditions.ts';
import { decodedKey } from './decoded-key.ts';
import { strongTag } from './facts.ts';
import { headObject } from './head.ts';
import { keptOf } from './kept.ts';
import { mandatory } from './mandatory.ts';
import { partSizeFor } from './part-size.ts';
import type { S3Place } from './place.ts';
import { rewriteObject } from './rewrite.ts';

/** What a store says of what it has taken. */
interface Written {
  readonly ETag?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
}

export class S3Writer implements ObjectWriter {
  readonly describedAt = 'begin';
  readonly replacesAtOnce = true;
  readonly partSizeFor = partSizeFor;
  readonly #store: S3Store;
  readonly #typeOf: ContentTypeOf;
  /** False once the store has said that it knows no conditions. */
  #knowsConditions = true;

  constructor(store: S3Store, typeOf: ContentTypeOf) {
    this.#store = store;
    this.#typeOf = typeOf;
  }

  get place(): S3Place {
    return this.#store.place;
  }

  get where(): string {
    return `${this.place.bucket}/${this.place.prefix}`;
  }

  async put(...of: Parameters<ObjectWriter['put']>): Promise<string> {
    const [key, bytes, metadata, condition, served] = of;
    const { sdk, common } = this.#store;
    const checksum = this.#checksum(bytes);
    const answer = await this.#conditionally('write', key, condition, (client, given) =>
      client.send(
        new sdk.PutObjectCommand({
          ...this.#written(key, served),
          ...common,
          ...given,
          Key: key,
          Body: bytes,
          Metadata: { ...metadata },
          ...(checksum === undefined ? {} : { ChecksumCRC32C: checksum }),
        }),
      ),
    );
    const tag = this.#tagOf(answer, 'write', key);
    this.#mustAgree(key, checksum, answer);
    return tag;
  }

  async begin(key: string, metadata: Metadata): Promise<string> {
    const { sdk, common } = this.#store;
    const answer = await this.#store.ask('begin to write', key, (client) =>
      client.send(
        new sdk.CreateMultipartUploadCommand({
          ...this.#written(key),
          ...common,
          Key: key,
          Metadata: { ...metadata },
          ...(this.#givesChecksums ? { ChecksumAlgorithm: 'CRC32C' as const } : {}),
        }),
      ),
    );
    return mandatory(answer.UploadId, `begin to write ${this.#store.shown(key)}`);
  }

  async part(key: string, upload: string, number: number, bytes: Uint8Array): Promise<StandingPart> {
    const { sdk, common } = this.#store;
    const checksum = this.#checksum(bytes);
    const answer = await this.#store.ask(`write part ${number} of`, key, (client) =>
      client.send(
        new sdk.UploadPartCommand({
          ...common,
          Key: key,
          UploadId: upload,
          PartNumber: number,
          Body: bytes,
          ...(checksum === undefined ? {} : { ChecksumCRC32C: checksum }),
        }),
      ),
    );
    const tag = this.#tagOf(answer, `write part ${number} of`, key);
    this.#mustAgree(key, checksum, answer);
    return { number, tag, checksum };
  }

  async hasEnded(key: string, upload: string, first?: StandingPart): Promise<boolean> {
    const { sdk, common } = this.#store;
    try {
      const { Parts = [] } = await this.#store.ask('look at what was written of', key, (client) =>
        client.send(new sdk.ListPartsCommand({ ...common, Key: key, UploadId: upload, MaxParts: 1 })),
      );
      return first !== undefined && Parts[0]?.PartNumber !== first.number;
    } catch (error) {
      return isCode(error, 'ENOENT');
    }
  }

  async complete(
    key: string,
    upload: string,
    parts: readonly StandingPart[],
    condition: Condition,
  ): Promise<string> {
    const { sdk, common } = this.#store;
    const Parts = parts.map(
      ({ number, tag, checksum }): CompletedPart => ({
        PartNumber: number,
        ETag: tag,
        ...(checksum === undefined ? {} : { ChecksumCRC32C: checksum }),
      }),
    );
    try {
      const answer = await this.#conditionally('complete', key, condition, (client, given) =>
        client.send(
          new sdk.CompleteMultipartUploadCommand({
            ...common,
            ...given,
            Key: key,
            UploadId: upload,
            MultipartUpload: { Parts },
          }),
        ),
      );
      return this.#tagOf(answer, 'complete', key);
    } catch (error) {
      // Somebody wrote to this key since it was begun: S3 wants it to be begun anew. Or a try of a part that was given up came through behind
      // the next one, and its tag is another.
      if (!['ConditionalRequestConflict', 'InvalidPart'].some((name) => isNamed(error, name))) throw error;
      throw new StoreFault((error as Error).message, { scope: 'name', code: 'ENOENT', cause: error });
    }
  }

  async abort(key: string, upload: string): Promise<void> {
    const { sdk, common } = this.#store;
    await this.#store
      .ask('abort what was written of', key, (client) =>
        client.send(new sdk.AbortMultipartUploadCommand({ ...common, Key: key, UploadId: upload })),
      )
      .catch(ignoreMissing);
  }

  async openUploads(key: string): Promise<string[]> {
    const { sdk, common } = this.#store;
    const { Uploads = [] } = await this.#store.ask('list unfinished uploads of', undefined, (client) =>
      client.send(new sdk.ListMultipartUploadsCommand({ ...common, Prefix: key })),
    );
    return Uploads.filter(({ Key }) => Key === key).flatMap(({ UploadId }) => UploadId ?? []);
  }

  async list(prefix: string): Promise<string[]> {
    const { sdk, common } = this.#store;
    const { Contents = [] } = await this.#store.ask('list', undefined, (client) =>
      client.send(new sdk.ListObjectsV2Command({ ...common, Prefix: prefix })),
    );
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  rewrite(
    key: string,
    { tag: etag, size, kept = this.#written(key) }: Omit<ObjectLook, 'metadata'>,
    metadata: Metadata,
    isAtOnce = false,
  ): Promise<void> {
    return rewriteObject(this.#store, { key, etag, size, metadata, kept: kept as object }, isAtOnce);
  }

  async look(key: string): Promise<ObjectLook | undefined> {
    try {
      const head = await headObject(this.#store, key);
      const { ETag = '', ContentLength = 0, Metadata = {} } = head;
      return {
        tag: strongTag(ETag),
        size: ContentLength,
        metadata: asciiMetadata(Metadata),
        written: head.LastModified?.getTime(),
        kept: keptOf(head),
      };
    } catch (error) {
      ignoreMissing(error);
      return undefined;
    }
  }

  async *read(key: string, tag: string | undefined): AsyncGenerator<Uint8Array> {
    const { sdk, common } = this.#store;
    const answer = await this.#store.ask('read', key, (client) =>
      client.send(
        new sdk.GetObjectCommand({ ...common, Key: key, ...(tag === undefined ? {} : { IfMatch: tag }) }),
      ),
    );
    try {
      yield* answer.Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      // A connection that breaks off is one that may be tried again.
      await this.#store.ask('read', key, () => Promise.reject(error));
    }
  }

  async namesIn(folder: string): Promise<ReadonlySet<string> | undefined> {
    const { sdk, common } = this.#store;
    const page = await this.#store.ask('list', undefined, (client) =>
      client.send(
        new sdk.ListObjectsV2Command({ ...common, Prefix: folder, Delimiter: '/', EncodingType: 'url' }),
      ),
    );
    if (page.IsTruncated) return undefined;
    return new Set((page.Contents ?? []).map(({ Key = '' }) => decodedKey(Key, page.EncodingType)));
  }

  async remove(key: string): Promise<void> {
    const { sdk, common } = this.#store;
    await this.#store
      .ask('remove', key, (client) => client.send(new sdk.DeleteObjectCommand({ ...common, Key: key })))
      .catch(ignoreMissing);
  }

  close(): void {
    this.#store.close();
  }

  /** Tries with the condition, and without where the store says that it has none. */
  async #conditionally<T>(
    what: string,
    key: string,
    condition: Condition,
    send: (client: Parameters<Parameters<S3Store['ask']>[2]>[0], given: object) => Promise<T>,
  ): Promise<T> {
    const given = this.#knowsConditions ? headersOf(condition) : undefined;
    try {
      return await this.#store.ask(what, key, (client) => send(client, given ?? {}));
    } catch (error) {
      if (given === undefined || !isNamed(error, 'NotImplemented')) throw error;
      this.#knowsConditions = false;
      return this.#store.ask(what, key, (client) => send(client, {}));
    }
  }

  get #givesChecksums(): boolean {
    return this.#store.options.checksums !== 'when-required';
  }

  #checksum(bytes: Uint8Array): string | undefined {
    return this.#givesChecksums ? crc32cText(bytes) : undefined;
  }

  #tagOf({ ETag }: Written, cannot: string, key: string): string {
    return strongTag(mandatory(ETag, `${cannot} ${this.#store.shown(key)}`));
  }

  #mustAgree(key: string, given: string | undefined, answer: Written): void {
    const { ChecksumCRC32C: found, ETag = '' } = answer;
    if (given === undefined || found === undefined || given === found) return;
    const message = `${this.#store.shown(key)} arrived with other bytes than were sent (CRC32C ${found}, and not ${given})`;
    throw new SpoiltFault(message, ETag);
  }

  /** How all that is written is kept. */
  #written(key: string, served?: Served) {
    const { storageClass, sse, sseKmsKey } = this.#store.options;
    const type = served?.contentType ?? this.#typeOf(key);
    return {
      ...(served && { CacheControl: served.cacheControl }),
      ...(type === undefined ? {} : { ContentType: type }),
      ...(storageClass === undefined ? {} : { StorageClass: storageClass as 'STANDARD' }),
      ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
      ...(sseKmsKey === undefined ? {} : { SSEKMSKeyId: sseKmsKey }),
    };
  }
}
