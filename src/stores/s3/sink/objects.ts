/** Requests that write, one try each: what is sent has a checksum where the store takes one, and what comes back is compared. */
import type { CompletedPart } from '@aws-sdk/client-s3';
import { StoreFault } from '../../store-fault.ts';
import type { S3Store } from '../client.ts';
import { headObject } from '../head.ts';
import type { ContentTypeOf } from './content-type.ts';
import { crc32cText } from './crc32c-text.ts';
import { type Kept, keptOf } from './kept.ts';
import { asciiMetadata, type Metadata } from './metadata.ts';
import { rewriteObject } from './rewrite.ts';

/** What must stand under a key for it to be written. */
export type Condition = { readonly IfMatch: string } | { readonly IfNoneMatch: '*' } | undefined;

/** A part that stands at the store. */
export interface StandingPart {
  readonly number: number;
  readonly etag: string;
  /** Of its bytes, base64; undefined where the store is not to be given any. */
  readonly checksum: string | undefined;
}

/** What stands under a key. */
export interface ObjectLook {
  readonly etag: string;
  readonly size: number;
  readonly metadata: Metadata;
  /** Undefined of one that we wrote just now. */
  readonly kept?: Kept;
}

/** What a store says of what it has taken. */
interface Written {
  readonly ETag?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
}

/** Other bytes than were sent stand there now, by this ETag. */
export class SpoiltFault extends StoreFault {
  readonly etag: string;

  constructor(message: string, etag: string) {
    super(message, { scope: 'sink', code: 'EAGAIN' });
    this.etag = etag;
  }
}

export class S3Objects {
  readonly #store: S3Store;
  readonly #typeOf: ContentTypeOf;
  readonly #say: (about: string, message: string) => void;
  /** False once the store has said that it knows no conditions. */
  #knowsConditions = true;

  /** `say` is told what the store does not do. */
  constructor(store: S3Store, typeOf: ContentTypeOf, say: (about: string, message: string) => void) {
    this.#store = store;
    this.#typeOf = typeOf;
    this.#say = say;
  }

  /** Puts a whole object; resolves with its ETag. */
  async put(key: string, bytes: Uint8Array, metadata: Metadata, condition: Condition): Promise<string> {
    const { sdk, common } = this.#store;
    const checksum = this.#checksum(bytes);
    const answer = await this.#conditionally('write', key, condition, (client, given) =>
      client.send(
        new sdk.PutObjectCommand({
          ...this.#written(key),
          ...common,
          ...given,
          Key: key,
          Body: bytes,
          Metadata: { ...metadata },
          ...(checksum === undefined ? {} : { ChecksumCRC32C: checksum }),
        }),
      ),
    );
    this.#mustAgree(key, checksum, answer);
    return answer.ETag ?? '';
  }

  /** Begins an upload in parts; resolves with its id. */
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
    return answer.UploadId!;
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
    this.#mustAgree(key, checksum, answer);
    return { number, etag: answer.ETag ?? '', checksum };
  }

  /** True when an upload in parts is known to be there no more, or not with the `first` part that it had. */
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

  /** Makes an object of parts; resolves with its ETag. Throws `ENOENT` when these parts cannot become one any more. */
  async complete(
    key: string,
    upload: string,
    parts: readonly StandingPart[],
    condition: Condition,
  ): Promise<string> {
    const { sdk, common } = this.#store;
    const Parts = parts.map(
      ({ number, etag, checksum }): CompletedPart => ({
        PartNumber: number,
        ETag: etag,
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
      return answer.ETag ?? '';
    } catch (error) {
      if (!isNamed(error, 'ConditionalRequestConflict')) throw error;
      // Somebody wrote to this key since it was begun: S3 wants it to be begun anew.
      throw new StoreFault((error as Error).message, { scope: 'name', code: 'ENOENT', cause: error });
    }
  }

  /** Ends an upload in parts, with all that stands of it; one that is not there has ended. */
  async abort(key: string, upload: string): Promise<void> {
    const { sdk, common } = this.#store;
    await this.#store
      .ask('abort what was written of', key, (client) =>
        client.send(new sdk.AbortMultipartUploadCommand({ ...common, Key: key, UploadId: upload })),
      )
      .catch(ignoreMissing);
  }

  /** Ids of uploads in parts to this very key that are not completed. */
  async openUploads(key: string): Promise<string[]> {
    const { sdk, common } = this.#store;
    const { Uploads = [] } = await this.#store.ask('list unfinished uploads of', undefined, (client) =>
      client.send(new sdk.ListMultipartUploadsCommand({ ...common, Prefix: key })),
    );
    return Uploads.filter(({ Key }) => Key === key).flatMap(({ UploadId }) => UploadId ?? []);
  }

  /** Keys that begin with a prefix, a thousand at the most. */
  async list(prefix: string): Promise<string[]> {
    const { sdk, common } = this.#store;
    const { Contents = [] } = await this.#store.ask('list', undefined, (client) =>
      client.send(new sdk.ListObjectsV2Command({ ...common, Prefix: prefix })),
    );
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  /** Gives an object other metadata, if it still is the one of this ETag; how it is kept stays as it is. */
  rewrite(
    key: string,
    { etag, size, kept = this.#written(key) }: Omit<ObjectLook, 'metadata'>,
    metadata: Metadata,
  ): Promise<void> {
    return rewriteObject(this.#store, { key, etag, size, metadata, kept });
  }

  /** Undefined when nothing stands there. */
  async look(key: string): Promise<ObjectLook | undefined> {
    try {
      const head = await headObject(this.#store, key);
      const { ETag = '', ContentLength = 0, Metadata = {} } = head;
      return { etag: ETag, size: ContentLength, metadata: asciiMetadata(Metadata), kept: keptOf(head) };
    } catch (error) {
      ignoreMissing(error);
      return undefined;
    }
  }

  /** The bytes of an object, if it still is the one of this ETag. */
  async *read(key: string, etag: string | undefined): AsyncGenerator<Uint8Array> {
    const { sdk, common } = this.#store;
    const answer = await this.#store.ask('read', key, (client) =>
      client.send(
        new sdk.GetObjectCommand({ ...common, Key: key, ...(etag === undefined ? {} : { IfMatch: etag }) }),
      ),
    );
    try {
      yield* answer.Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      // A connection that breaks off is one that may be tried again.
      await this.#store.ask('read', key, () => Promise.reject(error));
    }
  }

  async remove(key: string): Promise<void> {
    const { sdk, common } = this.#store;
    await this.#store
      .ask('remove', key, (client) => client.send(new sdk.DeleteObjectCommand({ ...common, Key: key })))
      .catch(ignoreMissing);
  }

  /** Tries with the condition, and without where the store has none: then two downloaders may undo each other. */
  async #conditionally<T>(
    what: string,
    key: string,
    condition: Condition,
    send: (client: Parameters<Parameters<S3Store['ask']>[2]>[0], given: object) => Promise<T>,
  ): Promise<T> {
    const given = this.#knowsConditions ? condition : undefined;
    try {
      return await this.#store.ask(what, key, (client) => send(client, given ?? {}));
    } catch (error) {
      if (given === undefined || !isNamed(error, 'NotImplemented')) throw error;
      this.#knowsConditions = false;
      const message = `${this.#store.place.url} takes no conditions: where several downloaders write there, an older file may replace a newer one`;
      this.#say('conditions', message);
      return this.#store.ask(what, key, (client) => send(client, {}));
    }
  }

  get #givesChecksums(): boolean {
    return this.#store.options.checksums !== 'when-required';
  }

  #checksum(bytes: Uint8Array): string | undefined {
    return this.#givesChecksums ? crc32cText(bytes) : undefined;
  }

  #mustAgree(key: string, given: string | undefined, answer: Written): void {
    const { ChecksumCRC32C: found, ETag = '' } = answer;
    if (given === undefined || found === undefined || given === found) return;
    const message = `${this.#store.shown(key)} arrived with other bytes than were sent (CRC32C ${found}, and not ${given})`;
    throw new SpoiltFault(message, ETag);
  }

  /** How all that is written is kept. */
  #written(key: string) {
    const { storageClass, sse, sseKmsKey } = this.#store.options;
    const type = this.#typeOf(key);
    return {
      ...(type === undefined ? {} : { ContentType: type }),
      ...(storageClass === undefined ? {} : { StorageClass: storageClass as 'STANDARD' }),
      ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
      ...(sseKmsKey === undefined ? {} : { SSEKMSKeyId: sseKmsKey }),
    };
  }
}

/** Passes over that there is nothing. */
export function ignoreMissing(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error;
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof StoreFault && error.code === code;
}

/** True when the store's own name for it is this one. */
function isNamed(error: unknown, name: string): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.name === name;
}
