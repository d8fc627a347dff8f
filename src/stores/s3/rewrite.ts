/** New metadata for an object that stands: S3 knows no other way than to write it anew. Its bytes go from the store to the store. */
import type { Metadata } from '../objects/contract.ts';
import type { S3Store } from './client.ts';
import { mandatory } from './mandatory.ts';
import { largestPart } from './part-size.ts';

/** Bytes that S3 copies in one request. */
const mostCopied = largestPart;

/** An object that is written anew, if it still is the one of this ETag. */
export interface Rewritten {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly metadata: Metadata;
  /** How all that is written is kept. */
  readonly kept: object;
}

/**
 * `isAtOnce`: nobody may have replaced it by the end. A copy looks at what it copies when it begins; the parts of one, when they become an
 * object, and so does what is sent.
 */
export async function rewriteObject(store: S3Store, object: Rewritten, isAtOnce = false): Promise<void> {
  const { sdk, common } = store;
  const { key, etag, size, metadata, kept } = object;
  // Of no bytes there is nothing to copy in parts.
  if (isAtOnce && size === 0) return sendAnew(store, object);
  if (isAtOnce || size > mostCopied) return rewriteInParts(store, object);
  const { CopyObjectResult } = await store.ask('write the metadata of', key, (client) =>
    client.send(
      new sdk.CopyObjectCommand({
        ...kept,
        ...common,
        Key: key,
        CopySource: copySource(store, key),
        CopySourceIfMatch: etag,
        MetadataDirective: 'REPLACE',
        Metadata: { ...metadata },
      }),
    ),
  );
  mandatory(CopyObjectResult?.ETag, `write the metadata of ${store.shown(key)}`);
}

async function sendAnew(store: S3Store, { key, etag, metadata, kept }: Rewritten): Promise<void> {
  const { sdk, common } = store;
  const what = 'write the metadata of';
  const { ETag } = await store.ask(what, key, (client) =>
    client.send(
      new sdk.PutObjectCommand({
        ...kept,
        ...common,
        Key: key,
        Body: new Uint8Array(0),
        IfMatch: etag,
        Metadata: { ...metadata },
      }),
    ),
  );
  mandatory(ETag, `${what} ${store.shown(key)}`);
}

async function rewriteInParts(store: S3Store, object: Rewritten): Promise<void> {
  const { sdk, common } = store;
  const { key, etag, size, metadata, kept } = object;
  const what = 'write the metadata of';
  const cannot = `${what} ${store.shown(key)}`;
  const begun = await store.ask(what, key, (client) =>
    client.send(
      new sdk.CreateMultipartUploadCommand({ ...kept, ...common, Key: key, Metadata: { ...metadata } }),
    ),
  );
  const UploadId = mandatory(begun.UploadId, cannot);
  try {
    const Parts: { PartNumber: number; ETag: string }[] = [];
    for (let at = 0; at < size; at += mostCopied) {
      const PartNumber = Parts.length + 1;
      const { CopyPartResult } = await store.ask(what, key, (client) =>
        client.send(
          new sdk.UploadPartCopyCommand({
            ...common,
            Key: key,
            UploadId,
            PartNumber,
            CopySource: copySource(store, key),
            CopySourceIfMatch: etag,
            // S3 gives no ranges of what has less than 5 MiB.
            ...(size > mostCopied && {
              CopySourceRange: `bytes=${at}-${Math.min(size, at + mostCopied) - 1}`,
            }),
          }),
        ),
      );
      Parts.push({ PartNumber, ETag: mandatory(CopyPartResult?.ETag, cannot) });
    }
    const { ETag } = await store.ask(what, key, (client) =>
      client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...common,
          Key: key,
          UploadId,
          MultipartUpload: { Parts },
          IfMatch: etag,
        }),
      ),
    );
    mandatory(ETag, cannot);
  } catch (error) {
    await store
      .ask(what, key, (client) =>
        client.send(new sdk.AbortMultipartUploadCommand({ ...common, Key: key, UploadId })),
      )
      .catch(() => {});
    throw error;
  }
}

/** A key of this bucket as it is written in a header. */
function copySource(store: S3Store, key: string): string {
  const name = key.split('/').map(encodeURIComponent).join('/');
  return `${store.place.bucket}/${name}`;
}
